import re
from datetime import timedelta

import pytest

from rocketsdr.accounts.actor import READ_SCOPES
from rocketsdr.accounts.models import ApiKey, AuditEvent, Membership
from rocketsdr.accounts.services import actor_of_api_key, issue_api_key
from rocketsdr.lib.clock import now
from tests import factories

KEYS = "/settings/integrations/api-keys/"


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


def make(client, **given):
    return client.post(f"{KEYS}new/", {"name": "Claude", "preset": "read", **given})


def secret_in(response):
    return re.findall(r'<pre id="secret"[^>]*>(rsdr_live_\w+)</pre>', response.content.decode())[0]


def test_the_page_that_answers_shows_the_key_and_it_works(page, owner, workspace, settings):
    response = make(page, preset="prepare")
    secret = secret_in(response)
    actor = actor_of_api_key(secret, now=now())
    assert actor is not None
    assert (actor.workspace_id, actor.user_id) == (workspace.id, owner.pk)
    assert "campaigns:write" in actor.scopes
    assert "campaigns:send" not in actor.scopes
    text = response.content.decode()
    assert f"curl -sS {settings.PUBLIC_URL}/api/mcp" in text
    assert f"X-API-Key: {secret}" in text


def test_no_other_page_session_cookie_or_cache_ever_holds_the_key(page):
    response = make(page)
    secret = secret_in(response)
    assert "no-store" in response["Cache-Control"]
    assert 'data-reload-goes-to="/settings/integrations/api-keys/"' in response.content.decode()
    assert secret not in str(dict(page.session))
    assert secret not in str(page.cookies)
    assert secret not in page.get(KEYS).content.decode()
    assert ApiKey.objects.filter(digest__contains=secret).count() == 0


def test_the_list_says_who_made_each_key_for_what_and_how_it_stands(page, person, workspace, owner):
    issue_api_key(actor=person, name="Nightly export", scopes=frozenset({"leads:read"}), now=now())
    late = issue_api_key(actor=person, name="Trial", scopes=READ_SCOPES, expires_at=now() + timedelta(days=1), now=now()).key
    ApiKey.objects.filter(id=late.id).update(expires_at=now() - timedelta(days=1))
    gone = factories.MembershipFactory.create(workspace=workspace, user__email="left@acme.example")
    ApiKey.objects.create(workspace=workspace, maker=gone.user, name="Orphan", prefix="orphan12", digest="0" * 64, scopes=["leads:read"])
    Membership.objects.filter(id=gone.id).delete()
    rows = {row.key.name: row for row in page.get(KEYS).context["rows"]}
    assert {name: row.state for name, row in rows.items()} == {"Nightly export": "active", "Trial": "expired", "Orphan": "maker gone"}
    text = page.get(KEYS).content.decode()
    assert f"rsdr_live_{rows['Trial'].key.prefix}" in text
    assert "leads:read" in text
    assert owner.email in text


def test_more_keys_need_no_more_queries(page, person, django_assert_max_num_queries):
    for number in range(20):
        issue_api_key(actor=person, name=f"Key {number}", scopes=READ_SCOPES, now=now())
    with django_assert_max_num_queries(8):
        page.get(KEYS)


def test_revoking_is_asked_for_first_and_holds_at_the_next_call(page, api_key):
    address = f"{KEYS}{api_key.key.id}/revoke/"
    assert "This cannot be undone" in page.get(address).content.decode()
    assert actor_of_api_key(api_key.secret, now=now()) is not None
    response = page.post(address, follow=True)
    assert "is revoked" in response.content.decode()
    assert actor_of_api_key(api_key.secret, now=now()) is None
    assert [row.state for row in response.context["rows"]] == ["revoked"]
    page.post(address)
    assert AuditEvent.objects.filter(action="api_key.revoked", via="web").count() == 1


def test_a_member_revokes_their_own_keys_and_no_others(client, workspace, api_key):
    member = factories.MembershipFactory.create(workspace=workspace, role="member").user
    client.force_login(member)
    own = secret_in(make(client))
    assert [row.may_revoke for row in client.get(KEYS).context["rows"]] == [True, False]
    refused = client.post(f"{KEYS}{api_key.key.id}/revoke/", follow=True)
    assert "lacks the scope admin" in refused.content.decode()
    assert actor_of_api_key(api_key.secret, now=now()) is not None
    assert actor_of_api_key(own, now=now()) is not None


def test_a_strangers_keys_are_not_there(page, api_key, stranger):
    theirs = issue_api_key(actor=stranger.actor, name="Theirs", scopes=READ_SCOPES, now=now())
    assert "Theirs" not in page.get(KEYS).content.decode()
    address = f"{KEYS}{theirs.key.id}/revoke/"
    missing = f"{KEYS}999999/revoke/"
    assert page.get(address).status_code == page.post(address).status_code == page.get(missing).status_code == 404
    assert actor_of_api_key(theirs.secret, now=now()) is not None


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"preset": "chosen"}, "Choose at least one."),
        ({"preset": "admin"}, "Select a valid choice."),
        ({"expires_on": "2020-01-01"}, "The expiry lies in the past."),
    ],
)
def test_a_wrong_form_comes_back_with_the_reason_and_makes_no_key(page, given, text):
    assert text in make(page, **given).content.decode()
    assert ApiKey.objects.count() == 0


def test_keys_are_for_signed_in_members(client, db):
    for address in (KEYS, f"{KEYS}new/", f"{KEYS}1/revoke/"):
        assert client.get(address)["Location"] == f"/sign-in/?next={address}"
    client.force_login(factories.UserFactory.create())
    assert client.get(KEYS).status_code == 403
