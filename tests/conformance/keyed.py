"""The suite sends no credentials, so whoever calls its address gets a key here, before the product sees the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def keyed(application: Application, *, address: str, key: str) -> Application:
    """Return the application as it is for a caller who sends this key to this address."""

    async def with_key(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].strip("/") == address:
            scope = {**scope, "headers": [*scope["headers"], (b"x-api-key", key.encode())]}
        await application(scope, receive, send)

    return with_key
