"""FastMCP 4: stateless, plain JSON answers, a token verifier of our own, an async psycopg pool."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastmcp import FastMCP
from fastmcp.server.auth import AccessToken, TokenVerifier
from fastmcp.server.dependencies import get_access_token
from fastmcp.tools import Tool, ToolResult
from mcp.types import ToolAnnotations
from pydantic import Field

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


@asynccontextmanager
async def lifespan(_: FastMCP) -> AsyncIterator[None]:
    await store.open()
    yield
    await store.close()


server = FastMCP("peer", auth=KeyVerifier(), lifespan=lifespan)


@server.tool(annotations=ToolAnnotations(readOnlyHint=True, idempotentHint=True))
async def list_products(limit: Annotated[int, Field(ge=1, le=100)] = 25, cursor: str | None = None) -> ProductPage:
    """List the products that campaigns of this workspace can sell, the newest first."""
    started = time.perf_counter()
    token = get_access_token()
    assert token is not None  # noqa: S101 - the verifier has let it through
    caller = Caller(int(token.client_id), token.claims["workspace_id"], token.claims["user_id"], token.scopes)
    rows, total, following = await store.products(caller.workspace_id, limit, int(cursor) if cursor else None)
    page = ProductPage(products=[Product(**row) for row in rows], total=total, next_cursor=following)
    await store.record(caller, json.dumps({"limit": limit}), round((time.perf_counter() - started) * 1000))
    return page


class Listed(Tool):
    """A tool that stands in the list and is not called."""

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        return ToolResult(structured_content=arguments)


for entry in listed.others():
    server.add_tool(
        Listed(
            name=entry["name"],
            title=entry["title"],
            description=entry["description"],
            parameters=entry["inputSchema"],
            output_schema=entry["outputSchema"],
            annotations=ToolAnnotations(**entry["annotations"]),
        )
    )

app = server.http_app(path="/mcp", json_response=True, stateless_http=True)
