from __future__ import annotations

from typing import Any

import anyio
import pytest

from tests.conformance.keyed import keyed


def headers_of(scope: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """Return the headers that the application sees."""
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope)

    anyio.run(keyed(application, address="conformance/mcp", key="secret"), scope, None, None)
    return [*seen[0].get("headers", [])]


@pytest.mark.parametrize("path", ["/conformance/mcp", "/conformance/mcp/"])
def test_who_calls_the_suites_address_gets_the_key(path):
    scope = {"type": "http", "path": path, "headers": [(b"host", b"here")]}
    assert headers_of(scope) == [(b"host", b"here"), (b"x-api-key", b"secret")]
    assert scope["headers"] == [(b"host", b"here")]


@pytest.mark.parametrize("path", ["/api/mcp", "/conformance", "/conformance/mcp/more", "/x/conformance/mcp"])
def test_nobody_else_gets_it(path):
    assert headers_of({"type": "http", "path": path, "headers": []}) == []


def test_the_start_of_the_server_passes_through():
    assert headers_of({"type": "lifespan"}) == []
