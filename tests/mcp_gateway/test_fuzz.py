"""Whatever a client sends, the answer is an answer: JSON-RPC, never a crash, never a word of ours about one."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

METHODS = ["initialize", "initialized", "notifications/initialized", "ping", "tools/list", "tools/call", "resources/list", ""]
TOOLS = ["list_words", "write_note", "count_notes", "say_who", "no_such_tool"]
NAMES = ["limit", "cursor", "query", "text", "product_id", "idempotency_key", "dry_run", "then", "nope"]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)
arguments = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)
calls = st.fixed_dictionaries({"name": st.sampled_from(TOOLS) | values}, optional={"arguments": arguments | values, "_meta": values})
messages = st.fixed_dictionaries(
    {"jsonrpc": st.sampled_from(["2.0", "2.0", "2.0", "1.0", 2])},
    optional={"id": values, "method": st.sampled_from(METHODS) | st.text(max_size=10), "params": calls | values},
)
bodies = (messages | st.lists(messages, max_size=3) | values).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
headers = st.dictionaries(
    st.sampled_from(["MCP-Protocol-Version", "Mcp-Session-Id", "Idempotency-Key", "Accept", "User-Agent", "Authorization"]),
    printable | st.sampled_from(["2025-03-26", "2025-06-18", "2026-07-28", "text/event-stream", "a-good-long-key"]),
    max_size=3,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies, headers=headers)
@example(body=b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_note","arguments":{"text":"\\u0000"}}}', headers={})
@example(body=b'{"jsonrpc":"2.0","id":1e999,"method":"ping"}', headers={})
@example(body=b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', headers={"Accept": "text/event-stream"})
def test_there_is_always_an_answer(rpc, body, headers):
    response = rpc.post(body, **headers)
    assert response.status_code in {200, 202, 400, 401, 404}
    text = response.content.decode()
    if response.status_code == 202:
        assert text == ""
        return
    answer = json.loads(text.removeprefix("event: message\ndata: "))
    for one in answer if isinstance(answer, list) else [answer]:
        assert one["jsonrpc"] == "2.0"
        assert ("result" in one) != ("error" in one)
        assert one.get("error", {}).get("code") != -32603 or '"crash"' in body.decode()
        assert "Traceback" not in text
