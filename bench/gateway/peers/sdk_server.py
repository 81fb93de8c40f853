"""The official SDK's own server: stateless, plain JSON answers, a token verifier of our own, an async psycopg pool."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import AnyHttpUrl, Field
from starlette.applications import Starlette

from bench.gateway.peers import listed
from bench.gateway.peers.products import Product, ProductPage
from bench.gateway.peers.store import Caller, Store

store = Store()


class KeyVerifier(TokenVerifier):
    """Asks the database for the key at every request."""

    async def verify_token(self, token: str) -> AccessToken | None:
        caller = await store.caller(token)
        if caller is None:
            return None
        claims = {"workspace_id": caller.workspace_id, "user_id": caller.user_id}
        return AccessToken(token=token, client_id=str(caller.key_id), scopes=caller.scopes, claims=claims)


server: MCPServer[None] = MCPServer(
    "peer",
    token_verifier=KeyVerifier(),
    auth=AuthSettings(issuer_url=AnyHttpUrl("http://127.0.0.1"), resource_server_url=None, validate_token_resource=False),
    log_level="WARNING",
)


@server.tool(annotations=ToolAnnotations(readOnlyHint=True, idempotentHint=True))
async def list_products(limit: Annotated[int, Field(ge=1, le=100)] = 25, cursor: str | None = None) -> ProductPage:
    """List the products that campaigns of this workspace can sell, the newest first."""
    started = time.perf_counter()
    token = get_access_token()
    assert token is not None and token.claims is not None  # noqa: S101 - the verifier has let it through
    caller = Caller(int(token.client_id), token.claims["workspace_id"], token.claims["user_id"], token.scopes)
    rows, total, following = await store.products(caller.workspace_id, limit, int(cursor) if cursor else None)
    page = ProductPage(products=[Product(**row) for row in rows], total=total, next_cursor=following)
    await store.record(caller, json.dumps({"limit": limit}), round((time.perf_counter() - started) * 1000))
    return page


def _not_called() -> dict[str, str]:
    return {}


for entry in listed.others():
    made = Tool.from_function(
        _not_called,
        name=entry["name"],
        title=entry["title"],
        description=entry["description"],
        annotations=ToolAnnotations(**entry["annotations"]),
    )
    described = made.fn_metadata.model_copy(update={"output_schema": entry["outputSchema"]})
    server._tool_manager._tools[made.name] = made.model_copy(update={"parameters": entry["inputSchema"], "fn_metadata": described})

app = server.streamable_http_app(streamable_http_path="/mcp", json_response=True, stateless_http=True)
_own_lifespan = app.router.lifespan_context


@asynccontextmanager
async def _lifespan(application: Starlette) -> AsyncIterator[object]:
    await store.open()
    async with _own_lifespan(application) as state:
        yield state
    await store.close()


app.router.lifespan_context = _lifespan
