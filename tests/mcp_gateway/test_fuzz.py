"""Whatever a client sends, the answer is an answer: JSON-RPC, never a crash, never a word of ours about one. 10,000 cases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

REVISION = "2026-07-28"
METHODS = [
    "initialize",
    "initialized",
    "notifications/initialized",
    "notifications/cancelled",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "subscriptions/listen",
    "tasks/get",
    "tasks/cancel",
    "tasks/update",
    "",
]
TOOLS = ["list_words", "write_note", "count_notes", "say_who", "book_room", "no_such_tool"]
NAMES = ["limit", "cursor", "query", "text", "product_id", "idempotency_key", "dry_run", "then", "city", "by", "nope"]
CAPABILITIES = [
    {},
    {"elicitation": {}},
    {"elicitation": {"url": {}}},
    {"sampling": {}},
    {"extensions": {"io.modelcontextprotocol/tasks": {}}},
]
REFERENCES = [{"type": "ref/prompt", "name": "x"}, {"type": "ref/resource", "uri": "outreach://campaigns/{id}"}]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)
uris = st.sampled_from(["outreach://account", "outreach://campaigns/1", "test://x", "", "outreach://campaigns/{id}"]) | st.text(max_size=30)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "io.modelcontextprotocol/protocolVersion": st.sampled_from([REVISION, REVISION, REVISION, "v999"]) | values,
        "io.modelcontextprotocol/clientCapabilities": st.sampled_from(CAPABILITIES) | values,
        "io.modelcontextprotocol/clientInfo": values,
        "io.modelcontextprotocol/logLevel": st.sampled_from(["debug", "error"]) | values,
        "progressToken": values,
    },
)
answers = st.dictionaries(
    st.sampled_from(["people", "confirm", "x"]), st.sampled_from([{"action": "accept", "content": {"people": 1}}]) | values
)
arguments = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)
params = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(TOOLS) | values,
        "arguments": arguments | values,
        "_meta": envelopes | values,
        "uri": uris | values,
        "cursor": values,
        "level": st.sampled_from(["debug", "loud"]) | values,
        "ref": st.sampled_from([{"type": "ref/prompt", "name": "x"}, {"type": "ref/resource", "uri": "outreach://campaigns/{id}"}])
        | values,
        "argument": st.sampled_from([{"name": "id", "value": "a"}]) | values,
        "taskId": values,
        "notifications": st.sampled_from([{"toolsListChanged": True}]) | values,
        "inputResponses": answers | values,
        "requestState": st.text(max_size=20) | values,
        "protocolVersion": st.sampled_from(["2025-06-18", REVISION]) | values,
        "capabilities": values,
        "clientInfo": st.sampled_from([{"name": "a", "version": "1"}]) | values,
    },
)
messages = st.fixed_dictionaries(
    {"jsonrpc": st.sampled_from(["2.0"] * 8 + ["1.0", 2])},
    optional={"id": st.integers() | values, "method": st.sampled_from(METHODS) | st.text(max_size=10), "params": params | values},
)
bodies = (messages | st.lists(messages, max_size=3) | values).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
names = [
    "MCP-Protocol-Version",
    "Mcp-Session-Id",
    "Mcp-Method",
    "Mcp-Name",
    "Idempotency-Key",
    "Accept",
    "User-Agent",
    "Authorization",
    "Host",
]
headers = st.dictionaries(
    st.sampled_from(names),
    printable
    | st.sampled_from(["2025-03-26", "2025-06-18", REVISION, "text/event-stream", "*/*", "a-good-long-key", *METHODS[:-1], *TOOLS]),
    max_size=4,
)
modern = st.sampled_from(METHODS).map(
    lambda method: {"MCP-Protocol-Version": REVISION, "Accept": "application/json, text/event-stream", "Mcp-Method": method}
)


def check(rpc, body, headers):
    """Send it, and hold the answer against what every answer of the gateway is."""
    response = rpc.post(body, **headers)
    assert response.status_code in {200, 202, 400, 401, 404, 406, 421}
    text = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    assert "Traceback" not in text
    if response.status_code == 202 or (response.status_code == 400 and response["Content-Type"].startswith("text/html")):
        return
    found = [json.loads(line.removeprefix("data: ")) for line in text.split("\n") if line.startswith(("data: ", "{", "["))]
    assert found
    for answer in found:
        for one in answer if isinstance(answer, list) else [answer]:
            assert one["jsonrpc"] == "2.0"
            assert ("result" in one) + ("error" in one) + ("method" in one) == 1
            assert one.get("error", {}).get("code") != -32603 or b'"crash"' in body


NUL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_note","arguments":{"text":"\\u0000"}}}'
usual = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("chosen", range(4))
def test_there_is_always_an_answer(rpc, chosen):
    @seed(chosen)
    @settings(usual, max_examples=1500)
    @given(body=bodies, headers=headers)
    @example(
        body=b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_note","arguments":{"text":"\\u0000"}}}', headers={}
    )
    @example(body=b'{"jsonrpc":"2.0","id":1e999,"method":"ping"}', headers={})
    @example(body=b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', headers={"Accept": "text/event-stream"})
    def hold(body, headers):
        check(rpc, body, headers)

    hold()


@pytest.mark.parametrize("chosen", range(4))
def test_there_is_always_an_answer_to_a_message_that_claims_to_be_modern(rpc, chosen):
    @seed(chosen)
    @settings(usual, max_examples=1000)
    @given(message=messages, headers=modern, agrees=st.booleans())
    def hold(message, headers, agrees):
        sent = dict(message)
        if agrees:  # most of what is made up would end at the headers
            sent["method"] = headers["Mcp-Method"]
            given_params: Any = sent.get("params") if isinstance(sent.get("params"), dict) else {}
            meta = {"io.modelcontextprotocol/protocolVersion": REVISION, "io.modelcontextprotocol/clientCapabilities": {}}
            extra = given_params.get("_meta") if isinstance(given_params.get("_meta"), dict) else {}
            named = given_params.get("uri") if sent["method"] == "resources/read" else given_params.get("name")
            if isinstance(named, str) and named.isascii() and named.isprintable():
                headers = {**headers, "Mcp-Name": named}
            sent["params"] = {**given_params, "_meta": {**extra, **meta}}
        check(rpc, json.dumps(sent).encode(), headers)

    hold()
