"""An agent as a newcomer would write one: the official MCP client with an API key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECONDS_PER_CALL = 60.0


class ToolRefused(Exception):
    """A tool answered with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said: the text for a model, the data for a program."""

    text: str
    data: dict[str, Any]


class Agent:
    """Calls tools, one after the other."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal, self._client = portal, client

    @property
    def protocol_version(self) -> str:
        return self._client.protocol_version

    def tools(self) -> list[str]:
        """Return the names of the tools that the server lists."""
        return [tool.name for tool in self._portal.call(self._client.list_tools).tools]

    def call(self, tool: str, **arguments: object) -> Answer:
        """Call a tool; an error that it reports is raised in its own words."""
        try:
            result = self._portal.call(self._client.call_tool, tool, arguments)
        except MCPError as exc:
            raise ToolRefused(f"Error calling {tool}: {exc}") from exc
        text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
        if result.is_error:
            raise ToolRefused(text)
        return Answer(text=text, data=result.structured_content or {})


@contextmanager
def connected(url: str, *, api_key: str) -> Iterator[Agent]:
    """Connect to the MCP endpoint at this address, and hang up afterwards."""
    with start_blocking_portal() as portal:
        connection = portal.wrap_async_context_manager(_connection(url, api_key))
        client = connection.__enter__()
        try:
            yield Agent(portal, client)
        finally:
            connection.__exit__(None, None, None)  # an error of the caller's is none of the connection's, which would wrap it in groups


@asynccontextmanager
async def _connection(url: str, api_key: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"X-API-Key": api_key}, timeout=SECONDS_PER_CALL, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http), read_timeout_seconds=SECONDS_PER_CALL) as client,
    ):
        yield client
