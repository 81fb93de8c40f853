"""Who may call: keys, where they count, and one answer to everybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_gateway import auth
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.models import ApiKey, Membership, User
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from rocketsdr.lib.clock import now as real_now

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
SCOPES = frozenset({"campaigns:read", "leads:read"})


@pytest.fixture
def their_key(stranger):
    actor = stranger.actor
    return issue_api_key(actor=actor, name="Theirs", scopes=ALL_SCOPES, now=real_now()).secret


@pytest.fixture
def second_key(person):
    return issue_api_key(actor=person, name="Second", scopes=SCOPES, now=real_now()).secret


def refusal(response):
    return response.status_code, response.content, response["WWW-Authenticate"]


@pytest.mark.parametrize("header", ["X-API-Key: {}", "Authorization: Bearer {}", "authorization: bearer {}", "X-API-Key:  {} "])
def test_a_key_counts_in_either_header(anonymous, api_key, header):
    name, _, value = header.format(api_key.secret).partition(":")
    anonymous.headers = {name: value}
    assert anonymous.post(PING).json()["result"] == {}


def test_every_bad_credential_gets_the_same_answer(anonymous, api_key, person, now):
    key, other = api_key.secret, issue_api_key(actor=person, name="Old", scopes=SCOPES, now=now)
    revoke_api_key(actor=person, key_id=other.key.id, now=now)
    expired = issue_api_key(actor=person, name="Older", scopes=SCOPES, expires_at=now + timedelta(hours=1), now=now)
    ApiKey.objects.filter(id=expired.key.id).update(expires_at=now)
    bad = [key[:-1] + ("a" if key[-1] != "a" else "b"), "rsdr_live_unknown1_" + "a" * 40, "x", "\xe9" * 9, other.secret, expired.secret]
    answers = {refusal(anonymous.post(PING, **{header: value})) for value in bad for header in ("X-API-Key",)}
    answers |= {refusal(anonymous.post(PING, Authorization=f"Bearer {value}")) for value in [*bad, "an.oauth.token"]}
    assert len(answers) == 1
    status, body, challenge = answers.pop()
    assert (status, challenge.partition(",")[0]) == (401, 'Bearer error="invalid_token"')
    assert b'"code":-32010' in body


def test_no_credential_is_asked_for_one_with_the_same_body(anonymous, api_key):
    none, wrong = anonymous.post(PING), anonymous.post(PING, X_API_Key="wrong")
    assert none.content == wrong.content
    assert (none.status_code, none["WWW-Authenticate"].partition("=")[0]) == (401, "Bearer resource_metadata")


def test_a_key_in_the_address_or_in_a_form_does_not_count(anonymous, api_key):
    by_query = anonymous.client.post(
        f"{anonymous.path}?api_key={api_key.secret}&X-API-Key={api_key.secret}", PING, content_type="application/json"
    )
    by_form = anonymous.client.post(anonymous.path, {"api_key": api_key.secret, "X-API-Key": api_key.secret})
    assert (by_query.status_code, by_form.status_code) == (401, 401)


def test_a_browser_session_does_not_count(anonymous, owner):
    anonymous.client.force_login(owner)
    assert anonymous.post(PING).status_code == 401


def test_a_session_id_does_not_authenticate(anonymous, rpc):
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    session = rpc.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})["Mcp-Session-Id"]
    assert anonymous.post(PING, Mcp_Session_Id=session).status_code == 401


def test_two_credentials_of_one_workspace_may_what_both_allow(rpc, second_key):
    result = rpc.call("say_who", Authorization=f"Bearer {second_key}")
    assert frozenset(result["structuredContent"]["scopes"]) == SCOPES
    assert result["structuredContent"]["credential"].count("key:") == 2


def test_two_credentials_of_two_workspaces_are_none(rpc, their_key):
    assert rpc.post(PING, Authorization=f"Bearer {their_key}").status_code == 401


def test_a_good_credential_does_not_make_up_for_a_bad_one(rpc):
    assert rpc.post(PING, Authorization="Bearer wrong").status_code == 401


def test_the_same_key_twice_is_one_credential(rpc, api_key):
    result = rpc.call("say_who", Authorization=f"Bearer {api_key.secret}")
    assert result["structuredContent"]["credential"] == f"key:{api_key.key.id}"


def test_the_credentials_of_a_proxy_in_between_are_not_ours(rpc):
    assert rpc.post(PING, Authorization="Basic c3RhZ2luZzpzdGFnaW5n").status_code == 200


def test_a_revoked_key_ends_at_the_next_call(rpc, api_key, person, now):
    assert rpc.post(PING).status_code == 200
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    assert rpc.post(PING).status_code == 401


def test_a_key_may_no_more_than_its_maker_today(rpc, owner, workspace):
    Membership.objects.filter(user=owner, workspace=workspace).update(role="viewer")
    assert all(scope.endswith(":read") for scope in rpc.call("say_who")["structuredContent"]["scopes"])
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert rpc.post(PING).status_code == 401


@pytest.mark.attack(95)
def test_row_95_a_key_is_told_by_its_mark_and_never_looked_up_as_an_access_token(anonymous, django_assert_num_queries):
    assert auth.presented({"Authorization": "Bearer rsdr_live_abc"}).bearer == "rsdr_live_abc"
    for bearer, table in (("some-access-token", "oauth2_provider_accesstoken"), ("rsdr_live_abc", "accounts_apikey")):
        with django_assert_num_queries(1) as asked:
            assert auth.actor_of(auth.Credentials(bearer=bearer), now=real_now()) is None
        assert f"FROM {table}" in asked.captured_queries[0]["sql"]


def test_credentials_never_show_themselves():
    assert "rsdr_live" not in repr(auth.Credentials(api_key="rsdr_live_abc"))
