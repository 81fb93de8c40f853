"""An agent with an API key or a token at the gateway of the running product."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")

SECONDS = 15.0
PAUSE = 0.05  # between two looks at what another process does


@dataclass(frozen=True)
class Agent:
    """Calls tools over HTTP; `bearer` is an API key or an access token."""

    origin: str
    bearer: str

    def post(self, tool: str, **arguments: object) -> httpx2.Response:
        """Call a tool; return the answer as it came."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        headers = {"Authorization": f"Bearer {self.bearer}"}
        return httpx2.post(f"{self.origin}/api/mcp", json=body, headers=headers, timeout=SECONDS, trust_env=False)

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool that has to work; return its data."""
        response = self.post(tool, **arguments)
        assert response.status_code == 200, response.text
        result: dict[str, Any] = response.json()["result"]
        assert not result["isError"], result["content"][0]["text"]
        data: dict[str, Any] = result["structuredContent"]
        return data


def eventually(look: Callable[[], T | None]) -> T:
    """Return what there is as soon as there is something: other processes work for it."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"Nothing came of it within {SECONDS:.0f} s."
        time.sleep(PAUSE)
    return found
