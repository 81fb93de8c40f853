from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.approvals import Act, ApprovalOutdated, NotDecidable, OnlyPeopleApprove, Recipient, Review
from rocketsdr.accounts.models import Approval, AuditEvent, Workspace
from rocketsdr.lib.errors import NotFound

KIND = "tests.act"
ACT: dict[str, Any] = {"kind": KIND, "subject_id": 7, "digest": "a" * 64, "text": "Send 10 e-mails."}


@pytest.fixture
def effects(monkeypatch):
    """What approvals of the tests' kind have set in motion."""
    taken = []
    effect = Act(lambda actor, approval, now: taken.append((actor, approval.id, now)), lambda approval, now: None)
    monkeypatch.setitem(approvals._acts, KIND, effect)
    return taken


@pytest.fixture
def careful(workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="approval")


@pytest.fixture
def approval(careful, actor, now):
    gate = approvals.ask(actor=actor, now=now, **ACT)
    assert gate.approval_id
    return Approval.objects.get(id=gate.approval_id)


def _decide(actor, approval, now, **how):
    return approvals.decide(actor=actor, approval_id=approval.id, now=now, **{"approve": True, "digest": approval.digest, **how})


def test_with_a_cooling_off_the_act_is_done_after_the_hold(actor, workspace, now):
    Workspace.objects.filter(id=workspace.id).update(hold_minutes=25)
    gate = approvals.ask(actor=actor, now=now, **ACT)
    assert (gate.approved, gate.hold_until, gate.approval_id) == (True, now + timedelta(minutes=25), None)
    assert not Approval.objects.exists()


def test_with_approval_a_person_is_asked_what_will_happen(actor, approval):
    assert (approval.status, approval.kind, approval.subject_id, approval.text) == ("pending", KIND, 7, "Send 10 e-mails.")
    assert (approval.requested_by_id, approval.requested_with) == (actor.user_id, "key:1")


def test_asking_again_replaces_what_was_asked_before(actor, approval, now):
    gate = approvals.ask(actor=actor, now=now, **{**ACT, "digest": "b" * 64})
    approval.refresh_from_db()
    assert approval.status == "withdrawn"
    assert Approval.objects.get(status="pending").id == gate.approval_id


def test_a_withdrawn_approval_cannot_be_decided(actor, approval, person, effects, now):
    approvals.withdraw(actor=actor, kind=KIND, subject_id=7, now=now)
    with pytest.raises(NotDecidable, match="is withdrawn"):
        _decide(person, approval, now)
    assert effects == []


def test_an_approval_sets_the_act_in_motion_once(approval, person, effects, now):
    decided = _decide(person, approval, now, note="Looks good")
    assert (decided.status, decided.decided_by_id, decided.decided_at, decided.note) == ("approved", person.user_id, now, "Looks good")
    assert effects == [(person, approval.id, now)]
    with pytest.raises(NotDecidable, match="is approved"):
        _decide(person, approval, now, approve=False)
    assert len(effects) == 1
    assert AuditEvent.objects.get().action == "approval.approved"


def test_a_rejection_sets_nothing_in_motion(approval, person, effects, now):
    assert _decide(person, approval, now, approve=False).status == "rejected"
    assert effects == []
    assert AuditEvent.objects.get().action == "approval.rejected"


def test_the_digest_proves_that_the_same_thing_was_reviewed(approval, person, effects, now):
    with pytest.raises(ApprovalOutdated):
        _decide(person, approval, now, digest="b" * 64)
    assert Approval.objects.get().status == "pending"
    assert effects == []


def test_an_agent_approves_nothing_even_with_every_scope(approval, actor, effects, now):
    for asker in (actor, replace(actor, user_id=None, credential="")):
        with pytest.raises(OnlyPeopleApprove):
            _decide(asker, approval, now)
    assert effects == []


def test_who_may_only_look_decides_nothing(approval, viewer, effects, now):
    with pytest.raises(MissingScope, match="oversight:write"):
        _decide(viewer, approval, now)
    assert effects == []


def test_an_approval_expires(approval, person, effects, now):
    with pytest.raises(NotDecidable, match="is expired"):
        _decide(person, approval, now + approvals.DECIDABLE_FOR)
    assert effects == []


def test_an_effect_that_fails_leaves_the_approval_undecided(approval, person, monkeypatch, now):
    def fail(*_):
        raise NotFound("Gone.")

    monkeypatch.setitem(approvals._acts, KIND, Act(fail, lambda approval, now: None))
    with pytest.raises(NotFound):
        _decide(person, approval, now)
    assert Approval.objects.get().status == "pending"
    assert not AuditEvent.objects.exists()


def test_a_strangers_approval_looks_like_a_missing_one(approval, stranger, effects, now):
    for approval_id in (approval.id, 999_999_999):
        with pytest.raises(NotFound) as caught:
            approvals.decide(
                actor=replace(stranger.actor, credential=""), approval_id=approval_id, approve=True, digest=approval.digest, now=now
            )
        assert caught.value.context == {"approval_id": approval_id}
    assert effects == []


# --- Policies: the workspace's and the credential's own ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_workspace", "of_credential", "holds"),
    [
        ("cooling_off", "", "cooling_off"),
        ("cooling_off", "confirm", "confirm"),
        ("cooling_off", "approval", "approval"),
        ("confirm", "", "confirm"),
        ("confirm", "cooling_off", "confirm"),
        ("confirm", "approval", "approval"),
        ("approval", "", "approval"),
        ("approval", "cooling_off", "approval"),
        ("approval", "confirm", "approval"),
    ],
)
def test_the_stricter_policy_holds_so_that_no_credential_weakens_the_workspace(actor, now, of_workspace, of_credential, holds):
    Workspace.objects.update(approval_policy=of_workspace)
    asker = replace(actor, policy=of_credential)
    assert approvals.policy_of(asker) == holds
    assert approvals.ask(actor=asker, now=now, **ACT).approved == (holds != "approval")


def test_what_comes_here_under_confirm_is_confirmed_and_held(actor, now):
    Workspace.objects.update(approval_policy="confirm", hold_minutes=10)
    gate = approvals.ask(actor=actor, now=now, **ACT)
    assert (gate.approved, gate.hold_until) == (True, now + timedelta(minutes=10))


# --- Agents that an owner lets decide ----------------------------------------------------------------------------------------------


@pytest.fixture
def approver(actor):
    """Another agent than the one that asks, whose owner lets it decide."""
    return replace(actor, credential="key:9", may_approve=True)


def test_an_agent_that_may_approve_decides_what_another_has_asked_for(approval, approver, effects, now):
    assert _decide(approver, approval, now).status == "approved"
    assert len(effects) == 1
    event = AuditEvent.objects.get()
    assert (event.action, event.credential) == ("approval.approved", "key:9")


def test_no_credential_approves_what_it_has_asked_for_itself(approval, actor, approver, effects, now):
    own = replace(actor, may_approve=True)
    for asker in (own, own.joined(approver)):
        with pytest.raises(OnlyPeopleApprove, match="asked for itself"):
            _decide(asker, approval, now)
    assert effects == []
    assert _decide(own, approval, now, approve=False).status == "rejected", "taking it back does no harm"


def test_an_agent_that_may_approve_still_needs_the_scope(approval, approver, effects, now):
    with pytest.raises(MissingScope, match="oversight:write"):
        _decide(replace(approver, scopes=frozenset({"oversight:read"})), approval, now)


def test_what_only_people_decide_no_agent_does(approval, approver, person, monkeypatch, effects, now):
    monkeypatch.setitem(approvals._acts, KIND, replace(approvals._acts[KIND], people_only=True))
    for approve in (True, False):
        with pytest.raises(OnlyPeopleApprove, match="by people only"):
            _decide(approver, approval, now, approve=approve)
    assert _decide(person, approval, now).status == "approved"


# --- What there is to see ----------------------------------------------------------------------------------------------------------


def test_an_approval_is_shown_as_its_kind_shows_it(approval, monkeypatch, effects):
    seen = Review(1, (Recipient(3, "ada@customer.example", "Ada", "Engines"),), "Hello Ada")
    monkeypatch.setitem(approvals._acts, KIND, replace(approvals._acts[KIND], show=lambda rows: {row.id: seen for row in rows}))
    assert approvals.reviews([approval]) == {approval.id: seen}


def test_of_an_act_that_shows_nothing_there_is_its_sentence(approval, effects):
    assert approvals.reviews([approval]) == {approval.id: Review()}
    approval.kind = "of.an.older.version"
    assert approvals.reviews([approval]) == {approval.id: Review()}
