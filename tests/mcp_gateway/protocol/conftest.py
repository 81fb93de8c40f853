from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.mcp_gateway.conftest import Rpc

REVISION = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "2"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


class Modern:
    """A client that speaks 2026-07-28: what is sent beside the method goes into params, headers and envelope follow the rules."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc
        self.capabilities: dict[str, Any] = {}

    def post(self, method: str, params: dict[str, Any] | None = None, *, meta: dict[str, Any] | None = None, **headers: str) -> Any:
        envelope = {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": self.capabilities, **(meta or {})}
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**(params or {}), "_meta": envelope}}
        named = {"Mcp_Name": str((params or {}).get(NAMED_BY[method]))} if method in NAMED_BY else {}
        usual = {"Accept": "application/json, text/event-stream", "MCP_Protocol_Version": REVISION, "Mcp_Method": method, **named}
        return self.rpc.post(body, **{**usual, **headers})

    def result(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        response = self.post(method, params, **more)
        assert response.status_code == 200, response.content
        result: dict[str, Any] = response.json()["result"]
        return result

    def refused(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> tuple[int, int]:
        response = self.post(method, params, **more)
        assert response.json()["id"] == 7
        return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def modern(rpc: Rpc) -> Modern:
    return Modern(rpc)


@pytest.fixture
def events() -> Callable[[Any], list[dict[str, Any]]]:
    """Read the messages of an answer that is a stream."""
    import json

    def read(response: Any) -> list[dict[str, Any]]:
        lines = b"".join(response.streaming_content).decode().splitlines()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    return read
