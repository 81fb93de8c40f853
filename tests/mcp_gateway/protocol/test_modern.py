"""2026-07-28: each request stands for itself, its headers say what its body says."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from mcp_gateway import surfaces, views
from mcp_gateway.models import ToolCall
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.lib.clock import now
from tests.mcp_gateway.protocol.conftest import ENVELOPE, REVISION

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
SERVER = {"name": "rocketsdr", "title": "RocketSDR", "version": surfaces.SERVER_VERSION}
WORDS = {"name": "list_words", "arguments": {"query": "pear"}}


def sentinel(text: str) -> str:
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


# --- What every result says of itself ------------------------------------------------------------------------------------------------


def test_discovery_says_which_revisions_and_what_the_server_can(modern):
    found = modern.result("server/discover")
    assert found["supportedVersions"] == [REVISION]
    assert found["capabilities"]["tools"] == {"listChanged": True}
    assert found["capabilities"]["extensions"] == {"io.modelcontextprotocol/tasks": {}}
    assert found["instructions"] == "Only for tests."
    assert (found["resultType"], found["cacheScope"], found["ttlMs"]) == ("complete", "private", 3_600_000)
    assert found["_meta"] == {"io.modelcontextprotocol/serverInfo": SERVER}


def test_a_list_says_how_long_it_is_good_and_a_call_does_not(modern):
    assert (modern.result("tools/list")["ttlMs"], modern.result("tools/list")["cacheScope"]) == (60_000, "private")
    called = modern.result("tools/call", WORDS)
    assert called["resultType"] == "complete"
    assert called["structuredContent"]["words"] == ["pear"]
    assert not {"ttlMs", "cacheScope"} & called.keys()


def test_a_client_of_one_era_never_sees_the_fields_of_the_other(modern, rpc):
    fields = {"resultType", "ttlMs", "cacheScope", "inputRequests"}
    for method, params in (("tools/list", None), ("tools/call", WORDS)):
        old = rpc.request(method, params)["result"]
        assert not fields & old.keys()
        assert "io.modelcontextprotocol/serverInfo" not in old.get("_meta", {})
    response = modern.post("tools/list")
    assert "Mcp-Session-Id" not in response


def test_the_record_of_a_call_names_the_client(modern, api_key):
    modern.result("tools/call", WORDS)
    assert ToolCall.objects.get().client == "modern 2"


# --- The envelope and the headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [VERSION, CAPABILITIES])
def test_an_envelope_without_what_it_needs_is_refused(rpc, missing):
    meta = {name: value for name, value in ENVELOPE.items() if name != missing}
    body = {"jsonrpc": "2.0", "id": 7, "method": "server/discover", "params": {"_meta": meta}}
    response = rpc.post(body, Accept="*/*", MCP_Protocol_Version=REVISION, Mcp_Method="server/discover")
    assert (response.status_code, response.json()["error"]["code"], response.json()["id"]) == (400, -32602, 7)
    assert missing in response.json()["error"]["message"]


@pytest.mark.parametrize("params", [{}, None, {"_meta": 4}, {"_meta": {}}])
def test_a_request_without_an_envelope_is_refused(rpc, params):
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", **({} if params is None else {"params": params})}
    response = rpc.post(body, Accept="*/*", MCP_Protocol_Version=REVISION, Mcp_Method="tools/list")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32602)


def test_a_client_need_not_say_its_name(modern):
    assert modern.result("server/discover", meta={"io.modelcontextprotocol/clientInfo": None})["resultType"] == "complete"


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP_Protocol_Version": "2025-06-18x"},
        {"Mcp_Method": "tools/list"},
        {"Mcp_Method": "TOOLS/CALL"},
        {"Mcp_Name": "say_who"},
        {"Mcp_Name": ""},
        {"Mcp_Name": "=?base64?!!!?="},
        {"Mcp_Name": "=?base64?bGlzdF93b3Jkcw?="},
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(modern, headers):
    assert modern.refused("tools/call", WORDS, **headers) == (400, -32020)


def test_a_name_may_be_wrapped_in_base64(modern):
    assert modern.result("tools/call", WORDS, Mcp_Name=sentinel("list_words"))["isError"] is False


@pytest.mark.parametrize("version", ["2099-01-01", "v999.0.0"])
def test_a_revision_of_tomorrow_is_refused_with_those_that_are_spoken(modern, version):
    response = modern.post("server/discover", meta={VERSION: version}, MCP_Protocol_Version=version)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, -32022)
    assert error["data"] == {"supported": [REVISION], "requested": version}


def test_disagreement_is_told_before_the_revision_is_judged(modern):
    assert modern.refused("server/discover", meta={VERSION: "v999.0.0"}) == (400, -32020)


@pytest.mark.parametrize(
    "method",
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/list", "tasks/result", "no/such"],
)
def test_a_method_that_the_revision_does_not_have_is_not_found(modern, method):
    assert modern.refused(method) == (404, -32601)


def test_an_unknown_tool_is_a_wrong_parameter(modern):
    assert modern.refused("tools/call", {"name": "list_wrods"}) == (400, -32602)


@pytest.mark.parametrize("accept", ["", "application/json", "text/event-stream", "text/html"])
def test_a_client_has_to_take_both_json_and_events(modern, accept):
    response = modern.post("tools/list", Accept=accept)
    assert (response.status_code, response.json()["error"]["code"]) == (406, -32600)


@pytest.mark.parametrize("body", [[], [{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}], {"jsonrpc": "2.0", "id": 1, "result": {}}, 4])
def test_one_request_or_notification_is_what_a_body_holds(rpc, body):
    response = rpc.post(body, Accept="*/*", MCP_Protocol_Version=REVISION)
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32600)


def test_a_notification_is_accepted_without_a_body(rpc):
    body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    response = rpc.post(body, Accept="*/*", MCP_Protocol_Version=REVISION)
    assert (response.status_code, response.content) == (202, b"")


# --- Questions to the client ------------------------------------------------------------------------------------------------------------


ROOM = {"name": "book_room", "arguments": {"city": "Bern"}}
ANSWER = {"people": {"action": "accept", "content": {"people": 3}}}


@pytest.fixture
def asked(modern):
    modern.capabilities = {"elicitation": {}}
    return modern.result("tools/call", ROOM)


def test_a_tool_asks_and_goes_on_with_the_answer(modern, asked):
    assert asked["resultType"] == "input_required"
    assert asked["inputRequests"]["people"]["method"] == "elicitation/create"
    done = modern.result("tools/call", {**ROOM, "requestState": asked["requestState"], "inputResponses": ANSWER})
    assert done["structuredContent"] == {"booked": "Bern for 3"}


def test_the_state_says_nothing_to_who_carries_it(asked):
    assert "Bern" not in asked["requestState"]
    assert b"Bern" not in base64.urlsafe_b64decode(asked["requestState"])


def test_an_answer_to_another_question_is_asked_again(modern, asked):
    again = modern.result("tools/call", {**ROOM, "inputResponses": {"nobody": ANSWER["people"]}})
    assert again["resultType"] == "input_required"


@pytest.mark.parametrize("answers", [{"people": 4}, 4, "text", [ANSWER]])
def test_answers_of_the_wrong_form_are_refused(modern, asked, answers):
    assert modern.refused("tools/call", {**ROOM, "inputResponses": answers}) == (400, -32602)


def test_a_state_counts_for_its_own_request_only(modern, asked, person):
    sent = {**ROOM, "requestState": asked["requestState"], "inputResponses": ANSWER}
    assert modern.refused("tools/call", {**sent, "requestState": asked["requestState"] + "x"}) == (400, -32602)
    assert modern.refused("tools/call", {**sent, "requestState": "forged"}) == (400, -32602)
    assert modern.refused("tools/call", {**sent, "arguments": {"city": "Basel"}}) == (400, -32602)
    other = issue_api_key(actor=person, name="Other", scopes=ALL_SCOPES, now=now()).secret
    assert modern.refused("tools/call", sent, X_API_Key=other) == (400, -32602)


def test_a_state_expires(modern, asked, monkeypatch):
    monkeypatch.setattr(views, "now", lambda: now() + timedelta(minutes=11))
    assert modern.refused("tools/call", {**ROOM, "requestState": asked["requestState"], "inputResponses": ANSWER}) == (400, -32602)


@pytest.mark.parametrize(
    ("declared", "by", "needed"),
    [
        ({}, "form", {"elicitation": {"form": {}}}),
        ({"elicitation": {"url": {}}}, "form", {"elicitation": {"form": {}}}),
        ({"elicitation": {}}, "sampling", {"sampling": {}}),
    ],
)
def test_a_client_that_cannot_be_asked_learns_what_it_lacks(modern, declared, by, needed):
    modern.capabilities = declared
    response = modern.post("tools/call", {"name": "book_room", "arguments": {"city": "Bern", "by": by}})
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32021)
    assert response.json()["error"]["data"] == {"requiredCapabilities": needed}


def test_a_handshake_client_cannot_be_asked(rpc):
    response = rpc.request("tools/call", {**ROOM, "inputResponses": ANSWER, "requestState": "x"})
    assert response["error"]["code"] == -32600


# --- What is told before the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_progress_and_log_messages_come_on_the_requests_own_stream(modern, events):
    modern.capabilities = {"elicitation": {}}
    meta = {"progressToken": "p1", "io.modelcontextprotocol/logLevel": "info"}
    response = modern.post("tools/call", ROOM, meta=meta)
    assert response["Content-Type"] == "text/event-stream"
    said = events(response)
    assert [message.get("method") for message in said] == ["notifications/progress", "notifications/message", None]
    assert said[0]["params"] == {"progressToken": "p1", "progress": 1, "total": 2, "message": "Looking for rooms."}
    assert said[1]["params"] == {"level": "info", "logger": "rocketsdr", "data": "asking"}
    assert (said[2]["id"], said[2]["result"]["resultType"]) == (7, "input_required")


def test_a_client_that_wants_no_log_and_no_progress_gets_plain_json(modern):
    modern.capabilities = {"elicitation": {}}
    response = modern.post("tools/call", ROOM)
    assert response["Content-Type"] == "application/json"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_after_the_stream_has_begun_is_said_on_it(modern, events):
    said = events(modern.post("tools/call", ROOM, meta={"progressToken": 1}))
    assert said[-1]["error"]["code"] == -32021
