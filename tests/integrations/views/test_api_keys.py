import re
from datetime import timedelta

import pytest

from integrations.forms import NUMBERS
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import READ_SCOPES, Caps
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


def caller(secret):
    actor = actor_of_api_key(secret, now=now())
    assert actor is not None
    return actor


@pytest.mark.attack(96)
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


@pytest.mark.attack(96)
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
    page.get(KEYS)  # the first page of a session puts it into the list of sessions
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
    assert [row.may_revoke for row in client.get(KEYS).context["rows"]] == [True], "keys of others are not there"
    for address in ("", "rotate/", "revoke/", "end-old/"):
        assert client.post(f"{KEYS}{api_key.key.id}/{address}").status_code == 404
    assert actor_of_api_key(api_key.secret, now=now()) is not None
    assert actor_of_api_key(own, now=now()) is not None


def test_a_strangers_keys_are_not_there(page, api_key, stranger):
    theirs = issue_api_key(actor=stranger.actor, name="Theirs", scopes=READ_SCOPES, now=now())
    assert "Theirs" not in page.get(KEYS).content.decode()
    for end in ("", "rotate/", "revoke/"):
        address, missing = f"{KEYS}{theirs.key.id}/{end}", f"{KEYS}999999/{end}"
        assert page.get(address).status_code == page.post(address).status_code == page.get(missing).status_code == 404
    assert page.post(f"{KEYS}{theirs.key.id}/end-old/").status_code == 404
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


def test_limits_are_set_when_a_key_is_made(page):
    secret = secret_in(make(page, preset="everything", calls=9, sends=4, policy="approval", toolset="full", may_approve="on"))
    actor = caller(secret)
    assert (actor.caps, actor.policy, actor.toolset, actor.may_approve) == (Caps(calls=9, sends=4), "approval", "full", True)
    assert "admin" not in actor.scopes


def test_a_key_is_changed_on_its_own_page(page, api_key):
    address = f"{KEYS}{api_key.key.id}/"
    assert 'value="Claude"' in page.get(address).content.decode()
    answer = page.post(address, {"name": "Nightly", "preset": "numbers", "calls": "5", "toolset": "core"}, follow=True)
    assert "“Nightly” is changed" in answer.content.decode()
    actor = caller(api_key.secret)
    assert (actor.scopes, actor.caps) == (NUMBERS, Caps(calls=5))
    quotas.count_call(actor, now=now())
    assert "1 of 5" in page.get(address).content.decode()
    assert api_key.secret not in page.get(address).content.decode()


def test_a_wrong_change_comes_back_with_the_reason_and_changes_nothing(page, api_key):
    given = {"name": "Nightly", "preset": "read", "expires_on": "2020-01-01"}
    assert "The expiry lies in the past." in page.post(f"{KEYS}{api_key.key.id}/", given).content.decode()
    assert ApiKey.objects.get().name == "Claude"


def test_a_member_may_not_loosen_what_was_set_on_their_key(client, workspace):
    member = factories.MembershipFactory.create(workspace=workspace, role="member").user
    client.force_login(member)
    make(client, calls=5)
    answer = client.post(f"{KEYS}{ApiKey.objects.get().id}/", {"name": "Claude", "preset": "read", "calls": ""})
    assert "Only who manages the workspace loosens the limits" in answer.content.decode()
    assert ApiKey.objects.get().calls_per_day == 5


def test_rotating_shows_the_new_secret_once_and_both_on_one_row(page, api_key):
    address = f"{KEYS}{api_key.key.id}/rotate/"
    assert "The old key goes on working for" in page.get(address).content.decode()
    response = page.post(address, {"hours": "24"})
    fresh = secret_in(response)
    assert "no-store" in response["Cache-Control"]
    assert f"X-API-Key: {fresh}" in response.content.decode()
    assert caller(fresh) == caller(api_key.secret)
    shown = page.get(KEYS)
    assert [(row.state, row.is_rotating) for row in shown.context["rows"]] == [("active", True)]
    text = shown.content.decode()
    assert fresh[:18] in text
    assert api_key.secret[:18] in text
    assert fresh not in text
    ended = page.post(f"{KEYS}{api_key.key.id}/end-old/", follow=True)
    assert "has ended" in ended.content.decode()
    assert actor_of_api_key(api_key.secret, now=now()) is None


def test_a_key_that_has_ended_is_not_rotated_and_folds_away(page, api_key):
    ApiKey.objects.update(expires_at=now() - timedelta(days=1))
    assert "The key has expired." in page.post(f"{KEYS}{api_key.key.id}/rotate/", {"hours": "1"}).content.decode()
    shown = page.get(KEYS)
    assert (shown.context["working"], [row.state for row in shown.context["ended"]]) == ([], ["expired"])
    assert "1 key that has ended" in shown.content.decode()
    page.post(f"{KEYS}{api_key.key.id}/revoke/")
    assert "never works again" in page.get(f"{KEYS}{api_key.key.id}/").content.decode()


def test_keys_are_for_signed_in_members(client, db):
    for address in (KEYS, f"{KEYS}new/", f"{KEYS}1/", f"{KEYS}1/rotate/", f"{KEYS}1/revoke/"):
        assert client.get(address)["Location"] == f"/sign-in/?next={address}"
    client.force_login(factories.UserFactory.create())
    assert client.get(KEYS).status_code == 403
