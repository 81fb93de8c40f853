"""The revisions with a handshake, with and without it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from django.urls import clear_url_caches
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, KNOWN_PROTOCOL_VERSIONS

from mcp_gateway import surfaces
from mcp_gateway.urls import addresses
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES
from rocketsdr.accounts.models import ApiKey
from rocketsdr.accounts.services import issue_api_key
from tests.mcp_gateway import urls

CLIENT = {"name": "your-client", "version": "0.1.0"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def hello(version="2025-06-18", **more):
    params = {"protocolVersion": version, "capabilities": {"tools": {}}, "clientInfo": CLIENT, **more}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


# --- The handshake ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", HANDSHAKE_PROTOCOL_VERSIONS)
def test_initialize_agrees_on_each_revision_with_a_handshake(rpc, version):
    result = rpc.post(hello(version), MCP_Protocol_Version=version).json()["result"]
    assert result["protocolVersion"] == version
    assert result["capabilities"]["tools"] == {"listChanged": True}
    assert "extensions" not in result["capabilities"]
    assert result["serverInfo"] == {"name": "rocketsdr", "title": "RocketSDR", "version": surfaces.SERVER_VERSION}
    assert result["instructions"] == "Only for tests."


@pytest.mark.parametrize("version", ["2026-07-28", "2099-01-01", "1.0", ""])
def test_initialize_offers_the_latest_revision_to_a_client_that_asks_for_another(rpc, version):
    assert rpc.post(hello(version)).json()["result"]["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("method", ["notifications/initialized", "initialized", "notifications/cancelled", "notifications/of-tomorrow"])
def test_a_notification_is_accepted_without_a_body(rpc, method):
    response = rpc.post({"jsonrpc": "2.0", "method": method}, MCP_Protocol_Version="2025-06-18")
    assert (response.status_code, response.content) == (202, b"")


def test_the_answer_to_a_request_of_ours_is_accepted_without_a_body(rpc):
    response = rpc.post({"jsonrpc": "2.0", "id": 4, "result": {}})
    assert (response.status_code, response.content) == (202, b"")


def test_no_handshake_is_needed(rpc):
    assert rpc.call("say_who")["isError"] is False


# --- Revisions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2024-10-07", "latest", "", "x" * 500])
def test_a_revision_that_is_not_spoken_is_refused_with_those_that_are(rpc, version):
    response = rpc.post(PING, MCP_Protocol_Version=version)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["data"] == {"supported": list(KNOWN_PROTOCOL_VERSIONS), "requested": version[:100]}


def test_a_batch_is_answered_where_the_revision_has_batches(rpc):
    batch = [PING, {"jsonrpc": "2.0", "method": "initialized"}, {**PING, "id": "b", "method": "no/such"}, {"id": 3}, hello()]
    for headers in ({}, {"MCP_Protocol_Version": "2025-03-26"}):
        response = rpc.post(batch, **headers)
        answers = response.json()
        assert response.status_code == 200
        assert [(answer["id"], answer.get("error", {}).get("code")) for answer in answers] == [
            (1, None),
            ("b", -32601),
            (3, -32600),
            (1, -32600),
        ]


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", "2025-11-25"])
def test_a_batch_is_refused_where_the_revision_has_none(rpc, version):
    response = rpc.post([PING], MCP_Protocol_Version=version)
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32600)


@pytest.mark.parametrize("batch", [[], [PING] * 51])
def test_a_batch_has_a_sensible_size(rpc, batch):
    assert rpc.post(batch).status_code == 400


def test_a_batch_of_notifications_is_accepted_without_a_body(rpc):
    response = rpc.post([{"jsonrpc": "2.0", "method": "initialized"}] * 2)
    assert (response.status_code, response.content) == (202, b"")


# --- What is wrong with a message ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b"\xff\xfe",
        '{"é": 1}'.encode("latin-1"),
        b'"\\ud800"',
        b"[" * 5000 + b"]" * 5000,
        b"9" * 5000,
    ],
)
def test_what_is_no_json_is_a_parse_error(rpc, body):
    response = rpc.post(body)
    assert (response.status_code, response.json()["error"]["code"], response.json()["id"]) == (400, -32700, None)


@pytest.mark.parametrize(
    ("message", "answered_id"),
    [
        ("text", None),
        (4, None),
        (None, None),
        ({}, None),
        ({"jsonrpc": "1.0", "id": 5, "method": "ping"}, 5),
        ({"id": "five", "method": "ping"}, "five"),
        ({"jsonrpc": "2.0", "id": 5}, 5),
        ({"jsonrpc": "2.0", "id": 5, "method": 7}, 5),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, None),
        ({"jsonrpc": "2.0", "id": True, "method": "ping"}, None),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}, None),
        ({"jsonrpc": "2.0", "id": {"a": 1}, "method": "ping"}, None),
        ({"jsonrpc": "2.0", "result": {}}, None),
    ],
)
def test_what_is_no_message_is_an_invalid_request(rpc, message, answered_id):
    response = rpc.post(message)
    assert (response.status_code, response.json()["error"]["code"], response.json()["id"]) == (400, -32600, answered_id)


@pytest.mark.parametrize("sent_id", [0, -1, 2**70, "", "7", "a b", "é", "\x00"])
def test_the_id_comes_back_as_it_came(rpc, sent_id):
    answer = rpc.post({**PING, "id": sent_id}).json()
    assert answer["id"] == sent_id
    assert type(answer["id"]) is type(sent_id)


def test_the_last_of_two_equal_keys_counts(rpc):
    assert rpc.post(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}').json()["id"] == 2


@pytest.mark.parametrize("method", ["no/such", "resources/lists", "server/discover", "tasks/get", "tools/callx", "initialized", ""])
def test_an_unknown_method_is_an_error_of_its_request(rpc, method):
    response = rpc.post({**PING, "method": method})
    assert (response.status_code, response.json()["error"]["code"]) == (200, -32601)


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("tools/call", None, "params is missing"),
        ("tools/call", {}, "params.name is missing: add it."),
        ("tools/call", {"name": 4}, "params.name is 4: send a text."),
        ("tools/call", {"name": "say_who", "arguments": [1]}, "params.arguments is [1]: send an object."),
        ("tools/list", {"cursor": 4}, "params.cursor is 4: send a text."),
        ("tools/list", {"cursor": "bm9uZQ=="}, "cursor is none of ours"),
        ("tools/list", {"cursor": "\xff\n"}, "cursor is none of ours"),
        ("initialize", {}, "params.protocolVersion is missing"),
        ("tools/call", {"name": "list_wrods"}, "Unknown tool: list_wrods. Did you mean list_words?"),
        ("tools/call", {"name": "xyz"}, "Unknown tool: xyz."),
    ],
)
def test_wrong_params_are_named(rpc, method, params, said):
    error = rpc.request(method, params)["error"]
    assert error["code"] == -32602
    assert said in error["message"]


def test_params_that_are_a_list_are_refused(rpc):
    response = rpc.post({**PING, "params": [1]})
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32602)


# --- Sessions --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def session(rpc):
    return rpc.post(hello())["Mcp-Session-Id"]


def test_every_handshake_gives_a_new_session_of_visible_letters(rpc, session):
    assert session != rpc.post(hello())["Mcp-Session-Id"]
    assert session.isascii()
    assert session.isprintable()
    assert " " not in session


def test_a_session_may_be_sent_along_or_not(rpc, session):
    assert rpc.post(PING, Mcp_Session_Id=session).status_code == 200
    assert rpc.post(PING).status_code == 200


def test_a_session_says_which_revision_is_spoken(rpc, session):
    assert rpc.post([PING]).status_code == 200
    assert rpc.post([PING], Mcp_Session_Id=session).status_code == 400


def test_a_new_handshake_does_not_mind_an_old_session(rpc):
    assert rpc.post(hello(), Mcp_Session_Id="of-another-server").status_code == 200


@pytest.mark.parametrize("forged", ["guess", "a.b", "", ".", "é.é", "W10." + "0" * 64])
def test_a_session_that_is_none_of_ours_is_not_found(rpc, forged):
    response = rpc.post(PING, Mcp_Session_Id=forged)
    assert (response.status_code, response.json()["error"]["code"]) == (404, -32001)


def test_the_session_of_another_credential_is_not_found(rpc, session, stranger, person, now):
    for actor in (person, stranger.actor):
        key = issue_api_key(actor=actor, name="Other", scopes=ALL_SCOPES, now=now).secret
        assert rpc.post(PING, Mcp_Session_Id=session, X_API_Key=key).status_code == 404


@pytest.mark.parametrize("session_id", ["", "guess"])
def test_a_session_that_is_not_there_cannot_be_ended(rpc, session_id):
    response = rpc.client.delete(rpc.path, headers={**rpc.headers, "Mcp-Session-Id": session_id})
    assert response.status_code == 404


def test_delete_ends_a_session_and_nothing_else(rpc, session):
    other = rpc.post(hello())["Mcp-Session-Id"]
    assert rpc.client.delete(rpc.path, headers={**rpc.headers, "Mcp-Session-Id": session}).status_code == 204
    assert rpc.post(PING, Mcp_Session_Id=session).status_code == 404
    assert rpc.post(PING, Mcp_Session_Id=other).status_code == 200
    assert rpc.client.delete(rpc.path, headers=rpc.headers).status_code == 400


# --- What a session asks for -------------------------------------------------------------------------------------------------------


def test_a_session_may_set_from_which_level_on_it_is_told(rpc, session, events):
    answer = rpc.request("logging/setLevel", {"level": "debug"}, Mcp_Session_Id=session)
    assert answer["result"] == {}
    assert rpc.request("logging/setLevel", {"level": "loud"})["error"]["code"] == -32602


# --- Tools -----------------------------------------------------------------------------------------------------------------------


def test_the_list_describes_each_tool(rpc):
    tools = {tool["name"]: tool for tool in rpc.request("tools/list")["result"]["tools"]}
    note = tools["write_note"]
    assert note["title"] == "Write note"
    assert note["description"] == "Write a note into the audit log."
    assert note["inputSchema"]["required"] == ["text"]
    assert note["inputSchema"]["additionalProperties"] is False
    assert note["outputSchema"]["anyOf"] == [{"required": ["note_id"]}, {"required": ["code", "message", "fix"]}]
    assert note["annotations"] == {
        "readOnlyHint": False,
        "destructiveHint": False,
        "idempotentHint": False,
        "openWorldHint": False,
    }


def test_the_list_is_the_same_every_time_the_core_tools_first(rpc):
    first, second = (rpc.post({**PING, "method": "tools/list"}).content for _ in range(2))
    assert first == second
    assert [tool["name"] for tool in json.loads(first)["result"]["tools"]] == ["book_room", "list_words", "say_who", "write_note"]


def test_the_list_holds_what_the_credential_may(rpc, person, now):
    key = issue_api_key(actor=person, name="Reader", scopes=READ_SCOPES, now=now).secret
    names = [tool["name"] for tool in rpc.request("tools/list", X_API_Key=key)["result"]["tools"]]
    assert names == ["book_room", "list_words", "say_who"]


def test_the_whole_list_is_shown_to_a_credential_that_asks_for_it(rpc, api_key):
    ApiKey.objects.filter(id=api_key.key.id).update(toolset="full")
    names = [tool["name"] for tool in rpc.request("tools/list")["result"]["tools"]]
    assert names == ["book_room", "list_words", "say_who", "write_note", "count_notes"]


def test_a_long_list_comes_in_pages(rpc, monkeypatch):
    monkeypatch.setattr(urls, "TEST_SURFACE", replace(urls.TEST_SURFACE, page_size=3))
    monkeypatch.setattr(urls, "urlpatterns", addresses(urls.TEST_SURFACE))
    clear_url_caches()
    first = rpc.request("tools/list")["result"]
    second = rpc.request("tools/list", {"cursor": first["nextCursor"]})["result"]
    assert [len(page["tools"]) for page in (first, second)] == [3, 1]
    assert "nextCursor" not in second


def test_a_result_is_text_and_data(rpc):
    assert rpc.call("list_words", {"query": "pear", "limit": "1"}) == {
        "content": [{"type": "text", "text": "- **ID: 1** - pear"}],
        "structuredContent": {"total": 1, "next_cursor": None, "words": ["pear"]},
        "isError": False,
    }


def test_a_call_without_arguments_is_a_call_with_none(rpc):
    for params in ({"name": "say_who"}, {"name": "say_who", "arguments": None}, {"name": "say_who", "_meta": {"progressToken": 1}}):
        assert rpc.request("tools/call", params)["result"]["isError"] is False


def test_a_fault_of_ours_is_logged_and_never_shown(rpc, caplog):
    with caplog.at_level(logging.ERROR):
        response = rpc.post(
            {**PING, "id": "x", "method": "tools/call", "params": {"name": "write_note", "arguments": {"text": "a", "then": "crash"}}}
        )
    error = response.json()["error"]
    assert response.status_code == 200
    assert (error["code"], error["message"]) == (-32603, "Internal server error")
    assert response.json()["id"] == "x"
    assert b"secret" not in response.content
    assert error["data"]["request_id"] in caplog.text
    assert "RuntimeError: a secret of the server" in caplog.text
