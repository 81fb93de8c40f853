from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from rocketsdr.accounts.services import IssuedKey

ENDPOINT = "/api/test/mcp"


@pytest.fixture(autouse=True)
def _test_surface(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.mcp_gateway.urls"


@dataclass
class Rpc:
    """A client with a key, of the revision that names none."""

    headers: dict[str, str] = field(default_factory=dict)
    path: str = ENDPOINT
    client: Client = field(default_factory=Client)

    def post(self, body: Any, **headers: str) -> Any:
        """Send a body as it is, or as JSON; header names are written with underscores."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = extra.pop("Content-Type", "application/json")
        return self.client.post(self.path, data=sent, content_type=content_type, headers={**self.headers, **extra})

    def request(self, method: str, params: Any = None, **headers: str) -> Any:
        """Send one request and return the whole JSON-RPC response."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, **({} if params is None else {"params": params})}
        return self.post(body, **headers).json()

    def call(self, tool: str, arguments: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """Call a tool and return its result."""
        response = self.request("tools/call", {"name": tool, "arguments": arguments or {}}, **headers)
        result: dict[str, Any] = response["result"]
        return result


@pytest.fixture
def rpc(api_key: IssuedKey) -> Rpc:
    return Rpc({"X-API-Key": api_key.secret})


@pytest.fixture
def anonymous(db: None) -> Rpc:
    return Rpc()
