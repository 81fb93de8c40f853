from __future__ import annotations

import pytest

from rocketsdr.accounts.models import AuditEvent, Connection, Membership
from tests import factories
from tests.oauth import Flow

PAGE = "/settings/integrations/connections/"


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def member(workspace):
    return factories.MembershipFactory.create(workspace=workspace, user__email="mia@acme.example", role="member").user


@pytest.fixture
def tokens(owner, workspace):
    return Flow().sign_in(owner).connect(workspace)


def call(client, token):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    return client.post("/api/mcp", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}).status_code


def rows(response):
    return [(row.connection.application.name, row.connection.user.email, row.state) for row in response.context["rows"]]


def test_the_list_says_client_person_scopes_since_and_last_use(page, owner, tokens, client):
    assert call(client, tokens["access_token"]) == 200
    response = page.get(PAGE)
    text = response.content.decode()
    assert rows(response) == [("RocketSDR connector", owner.email, "active")]
    assert "returns to this computer" in text
    assert "leads:read" in text
    assert "2 scopes, reads only" in text
    assert '<td data-label="Last used"><time' in text


def test_a_connection_is_ended_after_asking_at_its_next_call(page, tokens, client):
    kept = Connection.objects.get()
    address = f"{PAGE}{kept.pk}/revoke/"
    assert "has to connect it and consent anew" in page.get(address).content.decode()
    assert call(client, tokens["access_token"]) == 200
    response = page.post(address, follow=True)
    assert "is disconnected" in response.content.decode()
    assert call(client, tokens["access_token"]) == 401
    assert rows(response) == []
    assert "Ended: 1 most recent" in response.content.decode()
    page.post(address)
    assert AuditEvent.objects.filter(action="connection.revoked", via="web").count() == 1


def test_members_see_and_end_their_own_and_admins_all(client, workspace, owner, member):
    own = factories.ConnectionFactory.create(workspace=workspace, user=member, application__name="Mine")
    other = factories.ConnectionFactory.create(workspace=workspace, user=owner, application__name="Theirs")
    client.force_login(member)
    assert [name for name, *_ in rows(client.get(PAGE))] == ["Mine"]
    assert "Theirs" not in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}{other.pk}/revoke/").status_code == client.post(f"{PAGE}{other.pk}/revoke/").status_code == 404
    client.force_login(owner)
    assert {name for name, *_ in rows(client.get(PAGE))} == {"Mine", "Theirs"}
    client.post(f"{PAGE}{own.pk}/revoke/")
    assert set(Connection.objects.filter(revoked_at__isnull=True)) == {other}


def test_a_connection_that_does_not_work_says_why(page, workspace, member, now):
    factories.ConnectionFactory.create(workspace=workspace, user=member, application__name="Left behind")
    Membership.objects.filter(user=member).delete()
    factories.ConnectionFactory.create(workspace=workspace, application__name="Switched off", application__disabled_at=now)
    assert {(name, state) for name, _, state in rows(page.get(PAGE))} == {
        ("Left behind", "person gone"),
        ("Switched off", "client disabled"),
    }


def test_a_spoofed_name_is_escaped_and_labelled(page, workspace, owner):
    factories.ConnectionFactory.create(
        workspace=workspace, user=owner, application__name="<b>Claude</b>", application__registration_source="dcr"
    )
    text = page.get(PAGE).content.decode()
    assert "<b>Claude</b>" not in text
    assert "&lt;b&gt;Claude&lt;/b&gt;" in text
    assert "Registered itself" in text


def test_more_connections_need_no_more_queries(page, workspace, owner, django_assert_max_num_queries):
    for number in range(20):
        factories.ConnectionFactory.create(workspace=workspace, user=owner, application__name=f"App {number}")
    page.get(PAGE)  # the first page of a session writes down who is there
    with django_assert_max_num_queries(8):
        page.get(PAGE)


def test_a_strangers_connections_are_not_there(page, stranger):
    theirs = factories.ConnectionFactory.create(workspace=stranger.workspace, application__name="Theirs")
    assert "Theirs" not in page.get(PAGE).content.decode()
    for pk in (theirs.pk, 999_999):
        assert page.get(f"{PAGE}{pk}/revoke/").status_code == page.post(f"{PAGE}{pk}/revoke/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_connections_are_for_signed_in_members(client, db):
    for address in (PAGE, f"{PAGE}1/revoke/"):
        assert client.get(address)["Location"] == f"/sign-in/?next={address}"
