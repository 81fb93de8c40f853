"""The official Python client."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from tests.clients.seen import Seen

SECONDS = 25.0


def look(url: str, key: str, product: str, mode: str) -> Seen:
    """Connect in this mode, and do what every client does."""
    return anyio.run(_look, url, key, product, mode)


async def _look(url: str, key: str, product: str, mode: str) -> Seen:
    with anyio.fail_after(SECONDS):
        async with (
            httpx2.AsyncClient(headers={"X-API-Key": key}, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            tools = await _all_tools(client)
            before = await call(client, "list_products", limit=100)
            asked = {"name": product, "description": "Made by a client.", "idempotency_key": f"key of {product}"}
            made = [(await call(client, "create_product", **asked))["product"]["id"] for _ in range(2)]
            after = await call(client, "list_products", limit=100)
            return Seen(client.protocol_version, tools, names(before), made, names(after))


async def _all_tools(client: Client) -> list[str]:
    page = await client.list_tools()
    names = [tool.name for tool in page.tools]
    while page.next_cursor:
        page = await client.list_tools(cursor=page.next_cursor)
        names += [tool.name for tool in page.tools]
    return names


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    said = " ".join(block.text for block in result.content if isinstance(block, TextContent))
    assert not result.is_error, said
    data: dict[str, Any] = result.structured_content
    return data


def names(products: dict[str, Any]) -> list[str]:
    return [each["name"] for each in products["products"]]
