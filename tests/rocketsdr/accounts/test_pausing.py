from dataclasses import replace
from datetime import timedelta

import pytest

from rocketsdr.accounts import approvals, pausing
from rocketsdr.accounts.actor import READ_SCOPES, MissingScope
from rocketsdr.accounts.approvals import ApprovalOutdated, NotDecidable, OnlyPeopleApprove
from rocketsdr.accounts.models import Approval, AuditEvent, Workspace
from rocketsdr.accounts.pausing import NotPaused, OnlyPeopleResume


def _state():
    return Workspace.objects.values_list("paused_at", "pause_reason").get()


@pytest.fixture
def paused(actor, now):
    return pausing.pause(actor=actor, reason="Wrong list", now=now)


@pytest.fixture
def wish(paused, actor, now):
    return pausing.ask_to_resume(actor=actor, now=now)


def _decide(actor, approval, now, *, approve=True):
    return approvals.decide(actor=actor, approval_id=approval.id, approve=approve, digest=approval.digest, now=now)


def test_any_credential_pauses_the_workspace_once(actor, now):
    for minute in range(3):
        pausing.pause(actor=replace(actor, scopes=frozenset()), reason=f"Wrong\nlist {minute}", now=now + timedelta(minutes=minute))
    assert _state() == (now, "Wrong list 0")
    assert [event.action for event in AuditEvent.objects.all()] == ["workspace.paused"]


def test_a_pause_is_of_one_workspace(paused, stranger):
    stranger.workspace.refresh_from_db()
    assert stranger.workspace.paused_at is None


def test_an_agent_never_lifts_a_pause_whatever_it_may(paused, actor, now):
    for agent in (actor, replace(actor, may_approve=True), replace(actor, user_id=None, credential="")):
        with pytest.raises(OnlyPeopleResume):
            pausing.lift(actor=agent, now=now)
    assert _state()[0] == now


def test_an_agents_wish_to_resume_waits_for_a_person_under_every_policy(paused, actor, workspace, now):
    for policy in ("cooling_off", "confirm", "approval"):
        Workspace.objects.update(approval_policy=policy)
        approval = pausing.ask_to_resume(actor=actor, now=now)
        assert (approval.status, approval.kind, approval.subject_id) == ("pending", "workspace.resume", workspace.id)
        assert approval.text == "Let the workspace 'Acme' send again; it is paused since 2026-11-17 10:00 UTC. Its reason: Wrong list"
    assert _state()[0] == now
    assert Approval.objects.filter(status="pending").count() == 1


def test_a_person_who_approves_lifts_the_pause(wish, person, now, jobs):
    assert _decide(person, wish, now).status == "approved"
    assert _state() == (None, "")
    assert "campaigns.tick" in jobs.names
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "workspace.paused",
        "workspace.resume_requested",
        "workspace.resumed",
        "approval.approved",
    ]


def test_a_person_who_rejects_leaves_it_paused(wish, person, now):
    assert _decide(person, wish, now, approve=False).status == "rejected"
    assert _state()[0] == now


def test_an_agent_that_may_approve_does_not_approve_this(wish, actor, now):
    with pytest.raises(OnlyPeopleApprove, match="by people only"):
        _decide(replace(actor, credential="key:9", may_approve=True), wish, now)
    assert _state()[0] == now


def test_a_signed_in_person_lifts_it_directly_and_the_wish_is_moot(wish, person, now):
    pausing.lift(actor=person, now=now)
    assert _state() == (None, "")
    with pytest.raises(NotDecidable, match="withdrawn"):
        _decide(person, wish, now)


def test_who_may_only_look_lifts_nothing(paused, person, now):
    with pytest.raises(MissingScope):
        pausing.lift(actor=replace(person, scopes=READ_SCOPES), now=now)
    assert _state()[0] == now


def test_what_is_not_paused_is_not_resumed(workspace, actor, person, now):
    with pytest.raises(NotPaused):
        pausing.lift(actor=person, now=now)
    with pytest.raises(NotPaused):
        pausing.ask_to_resume(actor=actor, now=now)


def test_an_approval_of_one_pause_does_not_lift_the_next(wish, actor, person, now):
    Workspace.objects.update(paused_at=now + timedelta(hours=1))
    with pytest.raises(ApprovalOutdated):
        _decide(person, wish, now)
    assert _state()[0] == now + timedelta(hours=1)
    Workspace.objects.update(paused_at=None)
    with pytest.raises(NotPaused):
        _decide(person, wish, now)


def test_a_wish_that_nobody_grants_ends_by_itself_and_changes_nothing(wish, now):
    approvals.expire(now=now + approvals.DECIDABLE_FOR)
    wish.refresh_from_db()
    assert wish.status == "withdrawn"
    assert _state()[0] == now
