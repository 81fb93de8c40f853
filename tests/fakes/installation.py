"""An installation behind a proxy, as the connection test sees it from outside: a healthy one, and each way in which it can be wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

KEY = "rsdr_live_probe123_secret"
TOOLS = {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "whoami"}, {"name": "list_products"}]}}

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


@dataclass
class Said:
    """What is answered at one place; `wait` are seconds before the answer, `held` those between its headers and its body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    held: float = 0.0


@dataclass
class Installation:
    """Answers as the product does; put something else in `instead`, by method and path, or name headers that do not arrive."""

    base: str = ""
    instead: dict[str, Said] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        said = self._said(scope["method"], scope["path"], {name: value for name, value in headers.items() if name not in self.lost})
        await asyncio.sleep(said.wait)
        raw = [(name.lower().encode(), value.replace("BASE", self.base).encode()) for name, value in said.headers.items()]
        await send({"type": "http.response.start", "status": said.status, "headers": raw})
        await asyncio.sleep(said.held)
        await send({"type": "http.response.body", "body": said.body.replace(b"BASE", self.base.encode())})

    def _said(self, method: str, path: str, headers: Mapping[str, str]) -> Said:
        for place in (f"{method} {path}", path):
            if place in self.instead:
                return replace(self.instead[place])
        if path.rstrip("/") == "/api/mcp":
            return self._stream(headers) if method == "GET" else self._gateway(headers)
        return DOCUMENTS.get(path, Said(404))

    def _gateway(self, headers: Mapping[str, str]) -> Said:
        if KEY not in (headers.get("x-api-key"), headers.get("authorization", "").removeprefix("Bearer ")):
            where = 'Bearer realm="RocketSDR", resource_metadata="BASE/.well-known/oauth-protected-resource/api/mcp", scope="leads:read"'
            return Said(401, b"{}", {"WWW-Authenticate": where})
        if "mcp-protocol-version" in headers and headers.get("mcp-method") != "tools/list":
            return Said(400, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch"}}')
        return Said(200, json.dumps(TOOLS).encode())

    def _stream(self, headers: Mapping[str, str]) -> Said:
        return Said(200, b": alive\n\n", {"Content-Type": "text/event-stream"}) if headers.get("x-api-key") == KEY else Said(401)


def _document(**content: object) -> Said:
    return Said(200, json.dumps(content).encode(), {"Content-Type": "application/json"})


RESOURCE = _document(resource="BASE/api/mcp", authorization_servers=["BASE"])
SERVER = _document(
    issuer="BASE",
    authorization_endpoint="BASE/o/authorize/",
    token_endpoint="BASE/o/token/",
    code_challenge_methods_supported=["S256"],
)
DOCUMENTS = {
    "/healthz": Said(),
    "/sign-in/": Said(),
    "/.well-known/oauth-protected-resource": RESOURCE,
    "/.well-known/oauth-protected-resource/api/mcp": RESOURCE,
    "/.well-known/oauth-authorization-server": SERVER,
}
