"""Resources, prompts and completions over the wire, in both eras; what they hold is tested beside them."""

from __future__ import annotations

import json

import pytest

from mcp_gateway.models import ToolCall
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.models import ApiKey
from rocketsdr.accounts.services import issue_api_key

REF = {"type": "ref/resource", "uri": "outreach://campaigns/{id}"}


@pytest.fixture
def rpc(rpc):
    rpc.path = "/api/mcp"
    return rpc


def test_both_eras_list_the_same(rpc, modern):
    for method, key in (("resources/list", "resources"), ("resources/templates/list", "resourceTemplates"), ("prompts/list", "prompts")):
        old = rpc.request(method)["result"]
        assert old[key]
        assert modern.result(method)[key] == old[key]


def test_a_resource_is_read_in_both_eras(rpc, modern, workspace):
    old = rpc.request("resources/read", {"uri": "outreach://account"})["result"]
    assert json.loads(old["contents"][0]["text"])["account"]["workspace_id"] == workspace.id
    new = modern.result("resources/read", {"uri": "outreach://account"})
    assert new["contents"] == old["contents"]
    assert (new["ttlMs"], new["cacheScope"]) == (0, "private")


def test_what_cannot_be_read_is_said_in_the_words_of_each_era(rpc, modern, stranger):
    theirs = "outreach://campaigns/999999"
    old = rpc.request("resources/read", {"uri": theirs})["error"]
    assert (old["code"], old["data"]) == (-32002, {"uri": theirs})
    response = modern.post("resources/read", {"uri": theirs})
    assert (response.status_code, response.json()["error"]["code"], response.json()["error"]["data"]) == (400, -32602, {"uri": theirs})


def test_a_scope_that_is_missing_is_named(rpc, person, campaign, now):
    key = issue_api_key(actor=person, name="Narrow", scopes=frozenset({"leads:read"}), now=now).secret
    error = rpc.request("resources/read", {"uri": f"outreach://campaigns/{campaign.id}"}, X_API_Key=key)["error"]
    assert (error["code"], error["data"]) == (-32602, {"code": "insufficient_scope", "scope": "campaigns:read"})


def test_a_reading_beyond_the_cap_of_the_credential_is_refused_and_recorded(rpc, api_key):
    ApiKey.objects.filter(id=api_key.key.id).update(calls_per_day=1)
    assert "result" in rpc.request("resources/read", {"uri": "outreach://account"})
    assert rpc.request("resources/read", {"uri": "outreach://account"})["error"]["data"]["code"] == "credential_cap_exhausted"
    assert list(ToolCall.objects.order_by("id").values_list("outcome", flat=True)) == ["done", "refused"]


def test_a_prompt_is_filled_in_in_both_eras(rpc, modern):
    asked = {"name": "weekly_review", "arguments": {"days": "7"}}
    old = rpc.request("prompts/get", asked)["result"]
    assert old["messages"][0]["role"] == "user"
    assert modern.result("prompts/get", asked)["messages"] == old["messages"]


@pytest.mark.parametrize("asked", [{"name": "no_such"}, {"name": "launch_campaign"}, {"name": "weekly_review", "arguments": {"days": "x"}}])
def test_a_prompt_that_cannot_be_made_is_a_wrong_parameter(rpc, asked):
    assert rpc.request("prompts/get", asked)["error"]["code"] == -32602


def test_a_completion_offers_what_the_caller_has(rpc, modern, campaign):
    asked = {"ref": REF, "argument": {"name": "id", "value": ""}}
    assert rpc.request("completion/complete", asked)["result"]["completion"]["values"] == [str(campaign.id)]
    assert modern.result("completion/complete", asked)["completion"]["total"] == 1


# --- Watching ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def session(rpc):
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    return rpc.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})["Mcp-Session-Id"]


def test_a_session_watches_what_it_may_read(rpc, session, campaign):
    uri = {"uri": f"outreach://campaigns/{campaign.id}"}
    assert rpc.request("resources/subscribe", uri, Mcp_Session_Id=session)["result"] == {}
    assert rpc.request("resources/unsubscribe", uri, Mcp_Session_Id=session)["result"] == {}
    assert rpc.request("resources/subscribe", {"uri": "outreach://campaigns/99999"}, Mcp_Session_Id=session)["error"]["code"] == -32002
    assert "call initialize" in rpc.request("resources/subscribe", uri)["error"]["message"]


def test_the_handshake_says_what_is_offered(rpc):
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    offered = rpc.request("initialize", params)["result"]["capabilities"]
    assert offered["resources"] == {"listChanged": True, "subscribe": True}
    assert offered["prompts"] == {"listChanged": True}
    assert offered["completions"] == {}


def test_another_credential_does_not_have_the_session(rpc, session, person, now):
    other = issue_api_key(actor=person, name="Other", scopes=ALL_SCOPES, now=now).secret
    response = rpc.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, Mcp_Session_Id=session, X_API_Key=other)
    assert response.status_code == 404
