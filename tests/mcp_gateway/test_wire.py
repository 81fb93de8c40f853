from __future__ import annotations

import json

from mcp_gateway import wire


def test_an_event_is_one_line_of_data_whatever_the_text_holds():
    written = wire.event(wire.success(1, json.dumps({"text": "a\nb\r\nc\u2028d"}).encode()))
    assert written.count(b"\n") == 3
    assert json.loads(written.split(b"data: ", 1)[1])["result"]["text"] == "a\nb\r\nc\u2028d"


def test_an_error_without_data_has_none():
    assert json.loads(wire.failure(wire.RpcError(-32603, "Oops"))) == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": -32603, "message": "Oops"},
    }
