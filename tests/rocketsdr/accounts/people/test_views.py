import pytest
from django.test import Client

from rocketsdr.accounts.models import AuditEvent, Invitation, Membership, User, Workspace
from rocketsdr.accounts.people import invitations
from rocketsdr.accounts.services import actor_of_member, issue_api_key
from rocketsdr.lib.clock import now
from tests import factories


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def bob(workspace):
    return factories.MembershipFactory.create(workspace=workspace, user__email="bob@acme.example", role="member")


@pytest.fixture
def invitation(person):
    return invitations.invite(actor=person, email="new@acme.example", role="member", now=now())


def test_an_owner_sees_members_and_invitations_and_invites_one_more(page, bob, invitation, jobs):
    text = page.get("/settings/members/").content.decode()
    assert "bob@acme.example" in text
    assert "new@acme.example" in text
    assert "The mail is on its way" in text
    said = page.post("/settings/members/", {"email": "carol@acme.example", "role": "viewer"}, follow=True).content.decode()
    assert "carol@acme.example gets a mail with a link." in said
    assert Invitation.objects.get(email="carol@acme.example").role == "viewer"


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("owner@acme.example", "member", "is a member already"),
        ("new@acme.example", "member", "is invited already"),
        ("nobody", "member", "Enter a valid email address"),
        ("x@acme.example", "root", "Select a valid choice"),
    ],
    ids=["member", "invited", "no address", "no role"],
)
def test_a_refusal_is_said_at_the_form_and_keeps_what_was_typed(page, invitation, email, role, said):
    response = page.post("/settings/members/", {"email": email, "role": role})
    assert said in response.content.decode()
    assert f'value="{email}"' in response.content.decode()
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_members_and_viewers_see_who_is_here_and_nothing_to_change(client, workspace, invitation, role):
    member = factories.MembershipFactory.create(workspace=workspace, role=role)
    client.force_login(member.user)
    text = client.get("/settings/members/").content.decode()
    assert "owner@acme.example" in text
    assert "new@acme.example" not in text
    assert "Invite somebody" not in text
    assert "/remove/" not in text
    assert client.post("/settings/members/", {"email": "x@acme.example", "role": "viewer"}).status_code == 403


def test_an_admin_is_offered_no_owner(client, workspace, owner):
    client.force_login(factories.MembershipFactory.create(workspace=workspace, role="admin").user)
    text = client.get("/settings/members/").content.decode()
    assert 'value="owner"' not in text
    mine = Membership.objects.get(user=owner)
    assert f"/settings/members/{mine.id}/remove/" not in text
    client.post("/settings/members/", {"email": "x@acme.example", "role": "owner"})
    assert not Invitation.objects.exists()


def test_a_role_is_changed_and_the_reason_is_said_where_it_is_not(page, bob, owner):
    said = page.post(f"/settings/members/{bob.id}/role/", {"role": "admin"}, follow=True).content.decode()
    assert "bob@acme.example is an admin now." in said
    last = Membership.objects.get(user=owner)
    said = page.post(f"/settings/members/{last.id}/role/", {"role": "viewer"}, follow=True).content.decode()
    assert "This is the workspace&#x27;s last owner. Make somebody else an owner first." in said


def test_removing_is_asked_for_first(page, bob):
    address = f"/settings/members/{bob.id}/remove/"
    assert "refused from their next call on" in page.get(address).content.decode()
    assert Membership.objects.filter(id=bob.id).exists()
    assert "is no member any more" in page.post(address, follow=True).content.decode()
    assert not Membership.objects.filter(id=bob.id).exists()


def test_whoever_is_removed_while_signed_in_sees_nothing_at_the_next_page(client, page, bob, person):
    client.force_login(bob.user)
    assert client.get("/settings/members/").status_code == 200
    Membership.objects.filter(id=bob.id).delete()
    assert client.get("/settings/members/").status_code == 403


@pytest.mark.attack(103)
def test_whoever_is_moved_out_finds_their_key_refused_at_the_gateway(client, page, bob, workspace):
    """Row 103: membership is read at every call."""
    actor = actor_of_member(user=bob.user, workspace_id=workspace.id)
    assert actor is not None
    secret = issue_api_key(actor=actor, name="Claude", scopes=frozenset({"campaigns:read"}), now=now()).secret

    def call():
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        return Client().post("/api/mcp", body, content_type="application/json", headers={"X-API-Key": secret}).status_code

    assert call() == 200
    page.post(f"/settings/members/{bob.id}/remove/")
    assert call() == 401


def test_leaving_is_asked_for_first_and_goes_home(client, bob):
    client.force_login(bob.user)
    assert "Leave Acme?" in client.get("/settings/members/leave/").content.decode()
    gone = client.post("/settings/members/leave/", follow=True)
    assert "You have left Acme." in gone.content.decode()
    assert gone.request["PATH_INFO"] == "/"


def test_the_last_owner_who_wants_to_leave_is_told_why_not(page):
    assert "last owner" in page.post("/settings/members/leave/", follow=True).content.decode()


def test_an_invitation_is_sent_again_and_revoked(page, invitation, jobs):
    assert "gets a new link" in page.post(f"/settings/members/invitations/{invitation.id}/resend/", follow=True).content.decode()
    assert jobs.names.count("accounts.send_invitation") == 2
    assert "is revoked" in page.post(f"/settings/members/invitations/{invitation.id}/revoke/", follow=True).content.decode()
    assert (
        "accepted or revoked already" in page.post(f"/settings/members/invitations/{invitation.id}/resend/", follow=True).content.decode()
    )


def test_what_belongs_to_strangers_is_not_there(page, stranger):
    theirs = Membership.objects.get(workspace=stranger.workspace)
    made = invitations.invite(actor=stranger.actor, email="x@initech.example", role="member", now=now())
    posts = [
        page.post(f"/settings/members/{theirs.id}/role/", {"role": "viewer"}),
        page.post(f"/settings/members/{theirs.id}/remove/"),
        page.get(f"/settings/members/{theirs.id}/remove/"),
        page.post(f"/settings/members/invitations/{made.id}/resend/"),
        page.post(f"/settings/members/invitations/{made.id}/revoke/"),
    ]
    assert {response.status_code for response in posts} == {404}
    text = page.get("/settings/members/").content.decode()
    assert "initech" not in text


def test_more_members_need_no_more_queries(page, workspace, person, django_assert_max_num_queries):
    factories.MembershipFactory.create_batch(20, workspace=workspace)
    for number in range(20):
        invitations.invite(actor=person, email=f"new{number}@acme.example", role="member", now=now())
    page.get("/settings/members/")
    with django_assert_max_num_queries(11):
        page.get("/settings/members/")


def test_a_person_opens_a_workspace_of_their_own_and_goes_on_in_it(client, db):
    ada = factories.UserFactory.create(email="ada@acme.example")
    client.force_login(ada)
    assert client.post("/workspaces/new/", {"name": "Globex", "postal_address": "1 Main Street"}, follow=True).status_code == 200
    workspace = Workspace.objects.get(name="Globex")
    assert Membership.objects.get(workspace=workspace).role == "owner"
    assert client.session["workspace_id"] == workspace.id
    events = AuditEvent.objects.filter(workspace=workspace).order_by("sequence")
    assert [event.action for event in events] == ["workspace.created", "mail_account.added", "sender.added"]
    assert {event.via for event in events} == {"web"}


def test_where_operators_open_the_workspaces_nobody_else_does(client, settings, owner):
    settings.WORKSPACES_FOR = "operators"
    client.force_login(owner)
    assert client.post("/workspaces/new/", {"name": "Globex"}).status_code == 403
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert client.post("/workspaces/new/", {"name": "Globex"}).status_code == 302


def test_a_workspace_without_a_name_is_refused_at_the_form(page):
    assert "This field is required." in page.post("/workspaces/new/", {"name": " "}).content.decode()
