from threading import Barrier, Thread

import pytest
from django.db import connection

from rocketsdr.accounts.actor import Actor, MissingScope
from rocketsdr.accounts.models import AuditEvent, Invitation, Membership, User
from rocketsdr.accounts.people import invitations, members
from rocketsdr.accounts.people.roles import ROLES
from rocketsdr.accounts.services import actor_of_api_key, actor_of_member, issue_api_key
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound
from tests import factories


@pytest.fixture
def joined(workspace):
    """Add somebody with a role to our workspace; return them as an actor at a page."""

    def add(role, email=""):
        user = factories.UserFactory.create(email=email or f"second-{role}@acme.example")
        factories.MembershipFactory.create(workspace=workspace, user=user, role=role)
        return actor_of_member(user=user, workspace_id=workspace.id)

    return add


def membership_of(actor):
    return Membership.objects.get(workspace_id=actor.workspace_id, user_id=actor.user_id)


def test_members_are_listed_owners_first(person, joined):
    joined("viewer"), joined("member"), joined("admin"), joined("owner", "zoe@acme.example")
    listed = members.list_members(actor=joined("member", "bob@acme.example"))
    assert [member.role for member in listed] == ["owner", "owner", "admin", "member", "member", "viewer"]
    assert [member.user.email for member in listed][:2] == ["owner@acme.example", "zoe@acme.example"]


def test_a_stranger_sees_and_touches_none_of_our_members(person, stranger, joined, now):
    ours, theirs = membership_of(joined("member")), membership_of(stranger.actor)
    assert theirs not in members.list_members(actor=person)
    for verb in (
        lambda: members.get_member(actor=person, membership_id=theirs.id),
        lambda: members.change_role(actor=stranger.actor, membership_id=ours.id, role="viewer", now=now),
        lambda: members.remove(actor=stranger.actor, membership_id=ours.id, now=now),
    ):
        with pytest.raises(NotFound) as caught:
            verb()
        assert caught.value.message == "No such member."
    ours.refresh_from_db()
    assert ours.role == "member"


@pytest.mark.parametrize(
    ("mine", "before", "after", "allowed"),
    [
        ("owner", "owner", "viewer", True),
        ("owner", "viewer", "owner", True),
        ("admin", "member", "admin", True),
        ("admin", "admin", "viewer", True),
        ("admin", "member", "owner", False),
        ("admin", "owner", "member", False),
        ("member", "viewer", "member", False),
        ("viewer", "viewer", "owner", False),
    ],
)
def test_nobody_gives_or_takes_a_role_above_their_own(person, joined, now, mine, before, after, allowed):
    actor, other = joined(mine, "me@acme.example"), membership_of(joined(before, "other@acme.example"))
    if allowed:
        members.change_role(actor=actor, membership_id=other.id, role=after, now=now)
    else:
        with pytest.raises(Forbidden):
            members.change_role(actor=actor, membership_id=other.id, role=after, now=now)
    other.refresh_from_db()
    assert other.role == (after if allowed else before)


def test_a_new_role_holds_at_the_next_call_of_the_persons_keys(person, joined, now):
    bob = joined("admin")
    secret = issue_api_key(actor=bob, name="Claude", scopes=frozenset({"campaigns:send", "campaigns:read"}), now=now).secret
    members.change_role(actor=person, membership_id=membership_of(bob).id, role="viewer", now=now)
    key = actor_of_api_key(secret, now=now)
    assert key is not None
    assert key.scopes == {"campaigns:read"}
    event = AuditEvent.objects.get(action="membership.set")
    assert (event.user_id, event.facts) == (person.user_id, {"member": bob.user_id, "role": "viewer", "before": "admin"})


def test_an_unknown_role_is_refused_with_those_there_are(person, joined, now):
    with pytest.raises(Invalid) as caught:
        members.change_role(actor=person, membership_id=membership_of(joined("member")).id, role="root", now=now)
    assert caught.value.field == "role"
    assert all(role in caught.value.fix for role in ROLES)


def test_removing_somebody_ends_their_keys_at_the_next_call_and_for_good(person, joined, workspace, now):
    bob = joined("member")
    user = User.objects.get(pk=bob.user_id)
    secret = issue_api_key(actor=bob, name="Claude", scopes=frozenset({"campaigns:read"}), now=now).secret
    assert actor_of_api_key(secret, now=now) is not None
    members.remove(actor=person, membership_id=membership_of(bob).id, now=now)
    assert actor_of_api_key(secret, now=now) is None
    assert actor_of_member(user=user, workspace_id=workspace.id) is None
    factories.MembershipFactory.create(workspace=workspace, user=user, role="member")
    assert actor_of_api_key(secret, now=now) is None
    event = AuditEvent.objects.get(action="membership.ended")
    assert event.facts == {"member": bob.user_id, "role": "member", "keys_revoked": 1}


def test_who_comes_back_finds_no_connected_app_alive(person, joined, workspace, now):
    bob = joined("member")
    user = User.objects.get(pk=bob.user_id)
    mine = factories.ConnectionFactory.create(workspace=workspace, user=user)
    elsewhere = factories.ConnectionFactory.create(user=user)
    members.remove(actor=person, membership_id=membership_of(bob).id, now=now)
    factories.MembershipFactory.create(workspace=workspace, user=user, role="admin")
    mine.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (mine.revoked_at, elsewhere.revoked_at) == (now, None)
    assert not mine.consents.filter(ended_at__isnull=True).exists()


def test_a_key_of_the_same_person_in_another_workspace_lives_on(person, joined, now):
    bob = joined("member")
    elsewhere = factories.MembershipFactory.create(user=User.objects.get(pk=bob.user_id), role="member")
    there = actor_of_member(user=elsewhere.user, workspace_id=elsewhere.workspace_id)
    assert there is not None
    secret = issue_api_key(actor=there, name="Claude", scopes=frozenset({"campaigns:read"}), now=now).secret
    members.remove(actor=person, membership_id=membership_of(bob).id, now=now)
    assert actor_of_api_key(secret, now=now) is not None


def test_the_last_owner_can_neither_leave_nor_be_removed_nor_demoted(person, joined, now):
    last = membership_of(person)
    for verb in (
        lambda: members.leave(actor=person, now=now),
        lambda: members.remove(actor=person, membership_id=last.id, now=now),
        lambda: members.change_role(actor=person, membership_id=last.id, role="admin", now=now),
    ):
        with pytest.raises(members.LastOwner) as caught:
            verb()
        assert "Make somebody else an owner first" in caught.value.fix
    joined("owner")
    members.leave(actor=person, now=now)
    assert not Membership.objects.filter(user_id=person.user_id).exists()


def test_an_owner_who_is_switched_off_does_not_count_as_the_one_who_stays(person, joined, now):
    User.objects.filter(pk=joined("owner").user_id).update(is_active=False)
    with pytest.raises(members.LastOwner):
        members.leave(actor=person, now=now)


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
def test_everybody_else_may_leave(person, joined, now, role):
    actor = joined(role)
    members.leave(actor=actor, now=now)
    assert not Membership.objects.filter(user_id=actor.user_id).exists()


def test_a_key_cannot_leave_for_its_maker(actor, now):
    with pytest.raises(Forbidden):
        members.leave(actor=actor, now=now)


def test_a_member_removes_nobody(person, joined, now):
    other = membership_of(joined("viewer"))
    with pytest.raises(MissingScope):
        members.remove(actor=joined("member"), membership_id=other.id, now=now)


@pytest.mark.parametrize("role", ["admin", "member"])
def test_what_somebody_has_offered_and_could_not_offer_any_more_is_withdrawn(person, joined, now, role):
    bob = joined("owner")
    for offered in ROLES:
        invitations.invite(actor=bob, email=f"{offered}@new.example", role=offered, now=now)
    members.change_role(actor=person, membership_id=membership_of(bob).id, role=role, now=now)
    left = set(Invitation.objects.open().values_list("role", flat=True))
    assert left == ({"admin", "member", "viewer"} if role == "admin" else set())


def test_what_somebody_who_goes_has_offered_is_withdrawn(person, joined, now):
    bob = joined("admin")
    invitations.invite(actor=bob, email="new@acme.example", role="viewer", now=now)
    members.remove(actor=person, membership_id=membership_of(bob).id, now=now)
    assert not Invitation.objects.open().exists()


def test_only_an_operator_adds_somebody_without_an_invitation(person, workspace, stranger):
    with pytest.raises(Forbidden):
        members.add(actor=person, user_id=stranger.actor.user_id or 0, role="viewer")
    operator = Actor(workspace_id=workspace.id, user_id=None, via="admin")
    members.add(actor=operator, user_id=stranger.actor.user_id or 0, role="viewer")
    with pytest.raises(Conflict):
        members.add(actor=operator, user_id=stranger.actor.user_id or 0, role="owner")


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one(workspace, owner, now):
    second = factories.MembershipFactory.create(workspace=workspace)
    first = Membership.objects.get(user=owner)
    together, outcomes = Barrier(2), []

    def demote(by, whom):
        actor = Actor(workspace_id=workspace.id, user_id=by.user_id, via="web")
        together.wait(10)
        try:
            members.change_role(actor=actor, membership_id=whom.id, role="viewer", now=now)
            outcomes.append("done")
        except Forbidden:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=demote, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "refused"]
    assert Membership.objects.filter(workspace=workspace, role="owner").count() == 1
