from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, Caps, MissingScope
from rocketsdr.accounts.models import ApiKey, AuditEvent, Clock, Membership, User, Workspace
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.services import (
    ClockIsReal,
    KeyRevoked,
    KeyRules,
    KeyTerms,
    LimitsAreNotYours,
    OnlyOwnersLetApprove,
    TooMuchForTheMaker,
    actor_of_api_key,
    actor_of_member,
    change_api_key,
    create_workspace,
    get_api_key,
    issue_api_key,
    list_api_keys,
    move_clock,
    operator_of,
    revoke_api_key,
)
from rocketsdr.lib import clock
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound
from tests import factories

# --- Workspaces ----------------------------------------------------------------------------------------------------------------


def test_a_new_workspace_has_an_owner_who_cannot_sign_in_before_setting_a_password(db, now):
    workspace = create_workspace(name=" Acme ", owner_email=" Ada@Example.COM ", postal_address=" 1 Main Street ", now=now)
    membership = Membership.objects.get(workspace=workspace)
    assert (workspace.name, workspace.postal_address) == ("Acme", "1 Main Street")
    assert (membership.user.email, membership.role) == ("ada@example.com", "owner")
    assert not membership.user.has_usable_password()
    event = AuditEvent.objects.get(sequence=1)
    assert (event.action, event.workspace_id, event.via) == ("workspace.created", workspace.id, "shell")


def test_a_known_person_keeps_their_account(owner, now):
    workspace = create_workspace(name="Second", owner_email="OWNER@acme.example", now=now)
    assert Membership.objects.get(workspace=workspace).user == owner


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\nb", "a\x00"])
def test_a_workspace_needs_a_name_of_one_line(db, now, name):
    with pytest.raises(Invalid) as caught:
        create_workspace(name=name, owner_email="ada@example.com", now=now)
    assert caught.value.field == "name"
    assert not Workspace.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "a b@example.com", "ada@example.com\nbcc:x", "a\x00@example.com", "x" * 250 + "@example.com"]
)
def test_a_workspace_needs_an_owner_with_an_address(db, now, email):
    with pytest.raises(Invalid) as caught:
        create_workspace(name="Acme", owner_email=email, now=now)
    assert caught.value.field == "owner_email"
    assert not Workspace.objects.exists()


def test_the_operator_acts_for_the_first_owner_of_the_workspace(workspace, owner, viewer):
    operator = operator_of(workspace_id=workspace.id)
    assert (operator.user_id, operator.via, operator.scopes, operator.credential) == (owner.pk, "shell", ALL_SCOPES, "")


def test_there_is_no_operator_of_a_workspace_that_nobody_owns(workspace, owner):
    User.objects.update(is_active=False)
    for workspace_id in (workspace.id, 999_999_999):
        with pytest.raises(NotFound):
            operator_of(workspace_id=workspace_id)


# --- Keys ----------------------------------------------------------------------------------------------------------------------


def test_a_key_is_recognisable_and_only_its_digest_is_stored(api_key, now):
    stored = ApiKey.objects.get()
    assert api_key.secret.startswith(f"rsdr_live_{stored.prefix}_")
    assert len(api_key.secret) > 50
    assert api_key.secret.removeprefix("rsdr_live_").partition("_")[2] not in str(vars(stored))


def test_a_key_speaks_for_its_workspace_and_its_maker(api_key, workspace, owner, now):
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert (actor.workspace_id, actor.user_id, actor.via) == (workspace.id, owner.pk, "mcp")
    assert (actor.scopes, actor.credential) == (ALL_SCOPES, f"key:{api_key.key.id}")


def test_issuing_a_key_is_audited_without_the_key(api_key):
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("api_key.issued", api_key.key.id)
    assert api_key.secret[-20:] not in str(event.facts)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "rsdr_live_",
        lambda text: "rsdr_live__",
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.upper(),
        lambda text: text.removeprefix("rsdr_live_"),
        lambda text: text.replace("live", "test"),
        lambda text: text[:19] + "x" * 40,
        lambda text: "\x00" + text,
        lambda text: "rsdr_live_\x00",
        lambda text: "rsdr_live_é",
        lambda text: "\ud800",
        lambda text: "rsdr_live_' OR 1=1 --",
        lambda text: text * 1000,
    ],
)
def test_what_is_no_key_of_ours_is_nobody(api_key, now, change):
    assert actor_of_api_key(change(api_key.secret), now=now) is None


def test_a_revoked_key_ends_with_the_next_call(api_key, person, now):
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    assert actor_of_api_key(api_key.secret, now=now) is None


def test_an_expired_key_ends_on_time(person, now):
    issued = issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, expires_at=now + timedelta(days=1), now=now)
    assert actor_of_api_key(issued.secret, now=now + timedelta(hours=23)) is not None
    assert actor_of_api_key(issued.secret, now=now + timedelta(days=1)) is None


def test_a_key_never_may_more_than_its_maker_does_today(api_key, owner, now):
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert actor.scopes == READ_SCOPES


def test_what_the_maker_may_elsewhere_gives_a_key_nothing(api_key, owner, stranger, now):
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    factories.MembershipFactory.create(user=owner, workspace=stranger.workspace, role=Role.OWNER)
    factories.MembershipFactory.create(user=owner, role=Role.OWNER)
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert (actor.workspace_id, actor.scopes) == (api_key.key.workspace_id, READ_SCOPES)
    Membership.objects.filter(user=owner, workspace_id=api_key.key.workspace_id).delete()
    assert actor_of_api_key(api_key.secret, now=now) is None


def test_a_key_ends_when_its_maker_leaves_or_is_locked(api_key, owner, now):
    User.objects.update(is_active=False)
    assert actor_of_api_key(api_key.secret, now=now) is None
    User.objects.update(is_active=True)
    assert actor_of_api_key(api_key.secret, now=now) is not None
    Membership.objects.filter(user=owner).delete()
    assert actor_of_api_key(api_key.secret, now=now) is None


def test_the_last_use_is_noted_to_the_minute_and_not_at_every_call(api_key, now, django_assert_num_queries):
    actor_of_api_key(api_key.secret, now=now)
    with django_assert_num_queries(1):
        actor_of_api_key(api_key.secret, now=now + timedelta(seconds=59))
    assert ApiKey.objects.get().last_used_at == now
    actor_of_api_key(api_key.secret, now=now + timedelta(minutes=1))
    assert ApiKey.objects.get().last_used_at == now + timedelta(minutes=1)


def test_a_key_outlives_the_rotation_of_its_pepper_until_the_old_one_leaves(api_key, now, settings):
    old = settings.API_KEY_PEPPERS
    settings.API_KEY_PEPPERS = ["new pepper", *old]
    assert actor_of_api_key(api_key.secret, now=now) is not None
    settings.API_KEY_PEPPERS = ["new pepper"]
    assert actor_of_api_key(api_key.secret, now=now) is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"scopes": frozenset()}, "scopes"),
        ({"scopes": frozenset({"leads:read", "fly"})}, "scopes"),
        ({"expires_at": "now"}, "expires_at"),
    ],
)
def test_a_wrong_request_for_a_key_is_refused_naming_the_field(person, now, fields, field):
    wanted = {"name": "Claude", "scopes": READ_SCOPES, **fields}
    if wanted.get("expires_at"):
        wanted["expires_at"] = now
    with pytest.raises(Invalid) as caught:
        issue_api_key(actor=person, now=now, **wanted)
    assert caught.value.field == field
    assert caught.value.fix
    assert not ApiKey.objects.exists()


def test_nobody_gives_away_what_they_do_not_have(viewer, now):
    with pytest.raises(TooMuchForTheMaker, match="campaigns:send"):
        issue_api_key(actor=viewer, name="Claude", scopes=frozenset({"leads:read", "campaigns:send"}), now=now)


def test_a_job_makes_no_keys(person, now):
    with pytest.raises(Forbidden, match="made by a person"):
        issue_api_key(actor=replace(person, user_id=None), name="Claude", scopes=READ_SCOPES, now=now)


def test_keys_are_listed_newest_first_revoked_ones_too(api_key, person, stranger, now):
    newer = issue_api_key(actor=person, name="Script", scopes=READ_SCOPES, now=now)
    issue_api_key(actor=replace(stranger.actor, credential=""), name="Theirs", scopes=READ_SCOPES, now=now)
    revoke_api_key(actor=person, key_id=newer.key.id, now=now)
    assert [key.name for key in list_api_keys(actor=person)] == ["Script", "Claude"]


def test_revoking_twice_keeps_the_first_time(api_key, person, now):
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    again = revoke_api_key(actor=person, key_id=api_key.key.id, now=now + timedelta(days=1))
    assert again.revoked_at == now
    assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_only_the_maker_and_who_manages_the_workspace_see_and_revoke_a_key(api_key, workspace, viewer, person, now):
    with pytest.raises(NotFound):
        revoke_api_key(actor=viewer, key_id=api_key.key.id, now=now)
    viewers = issue_api_key(actor=viewer, name="Mine", scopes=frozenset({"leads:read"}), now=now)
    assert [key.name for key in list_api_keys(actor=viewer)] == ["Mine"]
    assert [key.name for key in list_api_keys(actor=person)] == ["Mine", "Claude"]
    assert revoke_api_key(actor=viewer, key_id=viewers.key.id, now=now).revoked_at == now
    assert revoke_api_key(actor=person, key_id=api_key.key.id, now=now).revoked_at == now


def test_a_strangers_key_looks_like_a_missing_one(person, stranger, now):
    theirs = issue_api_key(actor=stranger.actor, name="Theirs", scopes=READ_SCOPES, now=now)
    for key_id in (theirs.key.id, 999_999_999):
        for verb in (
            lambda key_id: get_api_key(actor=person, key_id=key_id),
            lambda key_id: revoke_api_key(actor=person, key_id=key_id, now=now),
        ):
            with pytest.raises(NotFound) as caught:
                verb(key_id)
            assert caught.value.context == {"key_id": key_id}
    assert actor_of_api_key(theirs.secret, now=now) is not None


# --- What an owner says of a key -------------------------------------------------------------------------------------------------

STRICT = KeyRules(toolset="full", policy="approval", may_approve=True, caps=Caps(calls=9, campaigns=2, leads=30, sends=4), read_only=True)


def test_a_key_carries_its_rules_into_every_call_with_one_statement(person, now, django_assert_num_queries):
    issued = issue_api_key(actor=person, name="Claude", scopes=ALL_SCOPES, rules=STRICT, now=now)
    actor_of_api_key(issued.secret, now=now)  # its use is noted
    with django_assert_num_queries(1):
        actor = actor_of_api_key(issued.secret, now=now)
    assert actor is not None
    assert (actor.toolset, actor.policy, actor.may_approve, actor.caps) == ("full", "approval", True, STRICT.caps)
    assert actor.scopes == READ_SCOPES, "of a read-only key only what reads is in effect"
    assert AuditEvent.objects.get().facts["sends_per_day"] == 4


def test_a_usual_key_has_the_core_tools_and_no_limits_of_its_own(api_key, now):
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert (actor.toolset, actor.policy, actor.may_approve, actor.caps) == ("core", "", False, Caps())


@pytest.mark.parametrize(
    ("rules", "field", "says"),
    [
        (KeyRules(toolset="all"), "toolset", "Unknown toolset 'all'"),
        (KeyRules(policy="never"), "policy", "Unknown approval policy 'never'"),
        (KeyRules(caps=Caps(leads=0)), "leads", "The cap on leads is 0"),
        (KeyRules(caps=Caps(sends=2**31)), "sends", "The cap on sends is 2147483648"),
    ],
)
def test_unknown_rules_are_refused_by_name(person, api_key, now, rules, field, says):
    for verb in (
        lambda: issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, rules=rules, now=now),
        lambda: change_api_key(actor=person, key_id=api_key.key.id, rules=rules),
    ):
        with pytest.raises(Invalid, match=says) as caught:
            verb()
        assert caught.value.field == field
        assert caught.value.fix


def test_only_a_person_who_owns_the_workspace_lets_an_agent_approve(person, actor, workspace, now):
    rules = KeyRules(may_approve=True)
    member = replace(person, scopes=ALL_SCOPES - {"admin", "oversight:write"})
    manager = replace(person, user_id=factories.MembershipFactory.create(workspace=workspace, role=Role.ADMIN).user.pk)
    for asker, refused in ((member, MissingScope), (actor, Forbidden), (manager, OnlyOwnersLetApprove)):
        with pytest.raises(refused):
            issue_api_key(actor=asker, name="Claude", scopes=READ_SCOPES, rules=rules, now=now)
    assert issue_api_key(actor=person, name="Claude", scopes=READ_SCOPES, rules=rules, now=now).key.may_approve


def test_changed_rules_hold_from_the_next_call_on(person, api_key, now):
    change_api_key(actor=person, key_id=api_key.key.id, rules=STRICT)
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert (actor.caps, actor.policy) == (STRICT.caps, "approval")
    assert AuditEvent.objects.latest("id").action == "api_key.changed"


def test_a_member_changes_no_rules_and_a_revoked_key_none_at_all(person, api_key, now):
    with pytest.raises(MissingScope):
        change_api_key(actor=replace(person, scopes=ALL_SCOPES - {"admin"}), key_id=api_key.key.id, rules=KeyRules())
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    with pytest.raises(KeyRevoked):
        change_api_key(actor=person, key_id=api_key.key.id, rules=KeyRules())


TERMS = KeyTerms(name="Nightly", scopes=READ_SCOPES, expires_at=None)


def test_a_changed_key_has_its_new_name_scopes_and_end_from_the_next_call_on(person, api_key, now):
    terms = replace(TERMS, expires_at=now + timedelta(days=1))
    key = change_api_key(actor=person, key_id=api_key.key.id, rules=KeyRules(), terms=terms, now=now)
    assert (key.name, frozenset(key.scopes), key.expires_at) == ("Nightly", READ_SCOPES, terms.expires_at)
    actor = actor_of_api_key(api_key.secret, now=now)
    assert actor is not None
    assert actor.scopes == READ_SCOPES
    assert actor_of_api_key(api_key.secret, now=now + timedelta(days=1)) is None
    assert AuditEvent.objects.latest("id").facts["scopes"] == " ".join(sorted(READ_SCOPES))


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"name": "a\nb"}, Invalid),
        ({"scopes": frozenset()}, Invalid),
        ({"scopes": frozenset({"fly"})}, Invalid),
        ({"expires_at": factories.NOW}, Invalid),
    ],
)
def test_wrong_terms_change_nothing(person, api_key, now, wrong, refused):
    with pytest.raises(refused):
        change_api_key(actor=person, key_id=api_key.key.id, rules=STRICT, terms=replace(TERMS, **wrong), now=now)
    assert ApiKey.objects.get().name == "Claude"
    assert ApiKey.objects.get().calls_per_day is None


def test_an_edit_never_widens_a_key_beyond_its_maker_or_who_edits_it(person, viewer, owner, now):
    theirs = issue_api_key(actor=viewer, name="Mine", scopes=frozenset({"leads:read"}), now=now).key
    wider = replace(TERMS, scopes=frozenset({"leads:read", "campaigns:send"}))
    for asker in (person, viewer):
        with pytest.raises(TooMuchForTheMaker, match="campaigns:send"):
            change_api_key(actor=asker, key_id=theirs.id, rules=KeyRules(), terms=wider, now=now)
    own = issue_api_key(actor=person, name="Own", scopes=frozenset({"leads:read"}), now=now).key
    Membership.objects.filter(user=owner).update(role=Role.VIEWER)
    with pytest.raises(TooMuchForTheMaker):
        change_api_key(actor=person, key_id=own.id, rules=KeyRules(), terms=wider, now=now)


@pytest.mark.parametrize(
    "laxer",
    [
        {"caps": Caps(calls=9, campaigns=2, leads=30)},
        {"caps": Caps(calls=10, campaigns=2, leads=30, sends=4)},
        {"policy": "confirm"},
        {"read_only": False},
    ],
)
def test_the_maker_of_a_key_makes_its_limits_stricter_and_never_laxer(person, viewer, now, laxer):
    rules = replace(STRICT, may_approve=False)
    key = issue_api_key(actor=viewer, name="Mine", scopes=READ_SCOPES, rules=rules, now=now).key
    with pytest.raises(LimitsAreNotYours):
        change_api_key(actor=viewer, key_id=key.id, rules=replace(rules, **laxer), terms=TERMS, now=now)
    stricter = replace(rules, caps=Caps(calls=1, campaigns=1, leads=1, sends=1), toolset="core")
    assert change_api_key(actor=viewer, key_id=key.id, rules=stricter, terms=TERMS, now=now).calls_per_day == 1
    assert change_api_key(actor=person, key_id=key.id, rules=replace(rules, **laxer), terms=TERMS, now=now)


def test_a_strangers_key_has_no_rules_to_change(stranger, api_key):
    for key_id in (api_key.key.id, 999_999_999):
        with pytest.raises(NotFound):
            change_api_key(actor=replace(stranger.actor, credential=""), key_id=key_id, rules=KeyRules())


@pytest.mark.parametrize(
    "change",
    [
        {"toolset": "none"},
        {"approval_policy": "x"},
        {"calls_per_day": 0},
        {"campaigns_per_day": 0},
        {"leads_per_day": 0},
        {"sends_per_day": 0},
    ],
)
def test_the_database_keeps_wrong_rules_out(api_key, change):
    with pytest.raises(IntegrityError):
        ApiKey.objects.update(**change)


# --- People --------------------------------------------------------------------------------------------------------------------


def test_a_member_acts_with_the_scopes_of_their_role(workspace):
    member = factories.MembershipFactory.create(workspace=workspace, role=Role.MEMBER)
    actor = actor_of_member(user=member.user, workspace_id=workspace.id)
    assert actor is not None
    assert (actor.via, actor.credential, actor.scopes) == ("web", "", ALL_SCOPES - {"admin", "oversight:write"})


def test_who_is_no_member_is_nobody(owner, stranger):
    assert actor_of_member(user=owner, workspace_id=stranger.workspace.id) is None


# --- The clock of the embedded mode ----------------------------------------------------------------------------------------------


def test_the_clock_moves_forward_and_keeps_what_it_was_moved_by(db):
    clock.use_offset_source(Clock.objects.offset)
    before = clock.now()
    assert move_clock(by=timedelta(days=2)) == timedelta(days=2)
    assert move_clock(by=timedelta(hours=1)) == timedelta(days=2, hours=1)
    clock.use_offset_source(Clock.objects.offset)
    assert timedelta(days=2, hours=1) <= clock.now() - before < timedelta(days=2, hours=2)


def test_the_clock_never_goes_back(db):
    with pytest.raises(Invalid) as caught:
        move_clock(by=timedelta(seconds=-1))
    assert caught.value.field == "by"


def test_the_clock_of_production_is_real(db, settings):
    settings.EMBEDDED = False
    with pytest.raises(ClockIsReal):
        move_clock(by=timedelta(days=1))
    assert not Clock.objects.exists()
