"""What somebody tries at the gateway's doors with a key that is not theirs, or with too much of one that is; named after the attack."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from campaigns.models import Product
from rocketsdr.accounts.models import ApiKey, Membership
from rocketsdr.accounts.rotation import end_old_secret, rotate_api_key
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from rocketsdr.lib.clock import now

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
SCOPES = frozenset({"campaigns:read", "leads:read"})
MAKE = {"name": "Analytics Suite"}


@pytest.fixture
def bad_keys(api_key: Any, person: Any, stranger: Any, workspace: Any) -> list[str]:
    """One of each kind of key that opens nothing, the last of them of somebody who has left."""

    def key(name: str, asker: Any = person) -> Any:
        return issue_api_key(actor=asker, name=name, scopes=SCOPES, now=now())

    revoked, expired, rotated, theirs = key("Revoked"), key("Expired"), key("Rotated"), key("Theirs", stranger.actor)
    revoke_api_key(actor=person, key_id=revoked.key.id, now=now())
    ApiKey.objects.filter(id=expired.key.id).update(expires_at=now() - timedelta(seconds=1))
    rotate_api_key(actor=person, key_id=rotated.key.id, overlap=timedelta(hours=1), now=now())
    end_old_secret(actor=person, key_id=rotated.key.id, now=now())
    Membership.objects.filter(workspace=stranger.workspace).delete()
    wrong = api_key.secret[:-1] + ("a" if api_key.secret[-1] != "a" else "b")
    return [wrong, "rsdr_live_unknown1_" + "a" * 40, "rsdr_live_", revoked.secret, expired.secret, rotated.secret, theirs.secret]


def seen(response: Any) -> tuple[int, bytes, frozenset[tuple[str, str]]]:
    """Return all that a caller gets to see of an answer, but for the number that every request has."""
    return response.status_code, response.content, frozenset(pair for pair in response.headers.items() if pair[0] != "X-Request-Id")


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
@pytest.mark.attack(93)
def test_no_answer_tells_a_wrong_a_revoked_an_expired_and_a_strangers_key_apart(anonymous, bad_keys, header):
    values = [key if header == "X-API-Key" else f"Bearer {key}" for key in bad_keys]
    answers = {seen(anonymous.post(PING, **{header: value})) for value in values}
    assert len(answers) == 1
    (status, _, headers), *_ = answers
    assert status == 401
    assert 'error="invalid_token"' in dict(headers)["WWW-Authenticate"]


@pytest.mark.attack(93)
def test_the_rest_door_does_not_tell_them_apart_either(anonymous, bad_keys):
    answers = {
        seen(anonymous.client.post("/api/v1/outreach/whoami", "{}", content_type="application/json", headers={"X-API-Key": key}))
        for key in bad_keys
    }
    assert [status for status, _, _ in answers] == [401]


@pytest.mark.parametrize("name", ["api_key", "X-API-Key", "key", "access_token", "token"])
@pytest.mark.attack(92)
def test_a_key_in_the_address_or_in_a_form_opens_nothing(anonymous, api_key, name):
    client, secret = anonymous.client, api_key.secret
    for path in (anonymous.path, "/api/v1/outreach/whoami"):
        assert client.post(f"{path}?{name}={secret}", PING, content_type="application/json").status_code == 401
        assert client.post(path, {name: secret}).status_code == 401
        assert client.post(path, json.dumps({**PING, name: secret}), content_type="application/json").status_code == 401


@pytest.mark.attack(94)
def test_a_key_beyond_its_scope_is_refused_by_name_and_nothing_is_done(anonymous, person):
    secret = issue_api_key(actor=person, name="Reader", scopes=SCOPES, now=now()).secret
    answer = anonymous.client.post(
        "/api/v1/outreach/create_product", json.dumps(MAKE), content_type="application/json", headers={"X-API-Key": secret}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert "campaigns:write" in answer.json()["detail"]
    assert not Product.objects.exists()


@pytest.mark.parametrize("path", ["/o/authorize/", "/o/token/", "/o/revoke/", "/o/introspect/", "/o/register/"])
@pytest.mark.attack(94)
def test_a_key_is_worth_nothing_where_tokens_are_given_out(anonymous, api_key, path):
    def asked(**headers: str) -> tuple[int, bytes]:
        answer = anonymous.client.post(path, {"grant_type": "client_credentials"}, headers=headers)
        return answer.status_code, answer.content

    nobody = asked()
    assert asked(**{"X-API-Key": api_key.secret}) == asked(Authorization=f"Bearer {api_key.secret}") == nobody
    assert nobody[0] >= 400
