"""The page behind an invitation's link, from the mail to the first page of the workspace."""

import re
from datetime import timedelta

import pytest

from rocketsdr.accounts.models import AuditEvent, Invitation, Membership, User
from rocketsdr.accounts.people import invitations, joining
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import Forbidden, Invalid
from tests import factories
from tests.rocketsdr.accounts.people.links import links, token_of

PASSWORD = "correct horse battery"


@pytest.fixture
def invite(person, mailoutbox):
    """Invite an address; return the link of the mail."""

    def send(email="new@acme.example", role="member"):
        made = invitations.invite(actor=person, email=email, role=role, now=now())
        invitations.send(invitation_id=made.id, now=now())
        return links(mailoutbox)[-1]

    return send


def filled(**changes):
    return {"name": "Ada Lovelace", "password1": PASSWORD, "password2": PASSWORD, **changes}


def test_a_new_person_chooses_a_password_and_is_in_the_workspace(client, invite, workspace):
    link = invite()
    page = client.get(link, follow=True)
    assert page.request["PATH_INFO"] == "/join/"  # the token does not stay in the address
    assert "owner@acme.example invites you as member" in page.content.decode()
    welcome = client.post("/join/", filled(), follow=True)
    assert "Welcome to Acme." in welcome.content.decode()
    user = User.objects.get(email="new@acme.example")
    assert (user.name, user.check_password(PASSWORD), user.is_staff) == ("Ada Lovelace", True, False)
    assert Membership.objects.get(user=user, workspace=workspace).role == "member"
    event = AuditEvent.objects.get(action="invitation.accepted")
    assert (event.user_id, event.via, event.facts) == (user.pk, "web", {"role": "member", "member": user.pk})


def test_a_link_works_once(client, invite):
    link = invite()
    client.get(link)
    client.post("/join/", filled())
    client.logout()
    assert client.get(link, follow=True).status_code == 404


def test_used_revoked_expired_withdrawn_and_invented_links_answer_alike(client, invite, person, workspace, stranger):
    dead = {"invented": "/join/abcdefghijklmnopqrstuvwxyz234567abcdefgh/", "empty": "/join/", "odd": "/join/%00/"}
    for name in ("used", "revoked", "expired", "inviter gone", "inviter demoted", "inviter switched off", "reader switched off"):
        dead[name] = invite(f"{name.replace(' ', '-')}@acme.example", "admin")
    rows = Invitation.objects.in_bulk(field_name="id")
    by_name = {row.email.partition("@")[0].replace("-", " "): row for row in rows.values()}
    gone, demoted, off = (factories.MembershipFactory.create(workspace=workspace, role=role) for role in ("admin", "member", "admin"))
    gone_user = gone.user
    gone.delete()
    User.objects.filter(pk=off.user_id).update(is_active=False)
    factories.UserFactory.create(email="reader-switched-off@acme.example", is_active=False)
    changes: dict[str, dict[str, object]] = {
        "used": {"accepted_at": now()},
        "revoked": {"revoked_at": now()},
        "expired": {"expires_at": now()},
        "inviter gone": {"invited_by": gone_user},
        "inviter demoted": {"invited_by": demoted.user},
        "inviter switched off": {"invited_by": off.user},
    }
    for name, change in changes.items():
        Invitation.objects.filter(pk=by_name[name].pk).update(**change)
    answers = {name: client.get(link, follow=True) for name, link in dead.items()}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    posted = {client.post("/join/", filled()).status_code for link in dead.values() if client.get(link)}
    assert posted == {404}
    assert not User.objects.filter(email__startswith="revoked").exists()


def test_somebody_with_an_account_signs_in_and_joins(client, invite, workspace):
    ada = factories.MembershipFactory.create(user__email="ada@globex.example", user__password=PASSWORD).user
    page = client.get(invite("ada@globex.example"), follow=True)
    assert 'href="/sign-in/?next=%2Fjoin%2F"' in page.content.decode()
    assert "password1" not in page.content.decode()
    assert client.post("/join/", filled(password1="a new and longer one", password2="a new and longer one")).status_code == 200
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)  # the link of a mail sets no password of somebody who has one
    page = client.post("/sign-in/", {"login": ada.email, "password": PASSWORD, "next": "/join/"}, follow=True)
    assert "Join as ada@globex.example" in page.content.decode()
    joined = client.post("/join/", follow=True)
    assert "Welcome to Acme." in joined.content.decode()
    assert re.search(r"<h1>\s*Acme\s*</h1>", joined.content.decode())
    assert Membership.objects.filter(user=ada, workspace=workspace).exists()


def test_somebody_else_who_is_signed_in_is_told_and_does_not_join(client, invite, workspace):
    bob = factories.UserFactory.create(email="bob@globex.example")
    client.force_login(bob)
    page = client.get(invite(), follow=True)
    assert "This invitation is for new@acme.example" in page.content.decode()
    client.post("/join/")
    assert not Membership.objects.filter(user=bob).exists()


def test_the_verb_itself_refuses_somebody_else_and_a_second_account(invite, mailoutbox):
    bob = factories.UserFactory.create(email="bob@globex.example", password=PASSWORD)
    invite(), invite(bob.email)
    with pytest.raises(joining.ForSomebodyElse):
        joining.join(user=bob, token=token_of(mailoutbox[0]), now=now())
    with pytest.raises(Forbidden):
        joining.sign_up(token=token_of(mailoutbox[1]), name="", password="a new and longer one", now=now())


def test_a_person_whom_an_operator_added_chooses_their_first_password_here(client, invite):
    ada = factories.UserFactory.create(email="ada@acme.example")
    client.get(invite(ada.email))
    client.post("/join/", filled())
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password1": "password12", "password2": "password12"}, "too common"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password2": "something else"}, "The two passwords differ."),
        ({"password1": "new@acme.example", "password2": "new@acme.example"}, "too similar"),
        ({"password1": "", "password2": ""}, "This field is required."),
    ],
)
def test_a_weak_password_is_refused_with_the_reason_and_nobody_is_made(client, invite, changes, said):
    client.get(invite())
    assert said in client.post("/join/", filled(**changes)).content.decode()
    assert not User.objects.filter(email="new@acme.example").exists()
    assert Invitation.objects.open().exists()


def test_a_refused_password_uses_nothing_up(invite, mailoutbox):
    invite()
    with pytest.raises(Invalid):
        joining.sign_up(token=token_of(mailoutbox[0]), name="", password="short", now=now())
    assert Invitation.objects.usable(now()).exists()


def test_somebody_who_is_a_member_by_now_keeps_their_role(invite, mailoutbox, workspace):
    ada = factories.UserFactory.create(email="ada@acme.example", password=PASSWORD)
    invite(ada.email, "owner")
    factories.MembershipFactory.create(workspace=workspace, user=ada, role="viewer")
    assert joining.join(user=ada, token=token_of(mailoutbox[0]), now=now()).role == "viewer"


def test_a_link_is_good_to_its_last_second(invite, mailoutbox):
    invite()
    expires = Invitation.objects.get().expires_at
    token = token_of(mailoutbox[0])
    assert joining.get_invitation_of(token=token, now=expires - timedelta(seconds=1))
    with pytest.raises(joining.LinkDoesNotWork):
        joining.get_invitation_of(token=token, now=expires)


def test_links_outlive_a_rotated_pepper_as_long_as_it_is_listed(invite, mailoutbox, settings):
    invite()
    settings.API_KEY_PEPPERS = ["new", *settings.API_KEY_PEPPERS]
    assert joining.get_invitation_of(token=token_of(mailoutbox[0]), now=now())


def test_trying_links_is_refused_after_a_while(client, db):
    answers = [client.get("/join/").status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]


def test_the_session_key_changes_when_a_new_person_is_signed_in(client, invite):
    client.get(invite())
    before = client.session.session_key
    client.post("/join/", filled())
    assert client.session.session_key != before
