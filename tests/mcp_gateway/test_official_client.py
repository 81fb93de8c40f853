"""The official Python client, through a real uvicorn, with and without its attempt at a later revision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from mcp_gateway import streams
from mcp_gateway.models import ToolCall
from rocketsdr.api_handler import McpDoor
from rocketsdr.asgi import Front
from tests.serving import serving


@pytest.fixture
def url(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(streams, "CHECK_EVERY", 0.1)
    front = Front(wsgi=get_wsgi_application(), mcp=McpDoor(), asgi=get_asgi_application(), threads=2)
    with serving(front) as port:
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        yield f"http://127.0.0.1:{port}/api/test/mcp"


@asynccontextmanager
async def client(url: str, secret: str, **settings: Any) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http), **settings) as connected,
    ):
        yield connected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mode", "spoken"), [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")])
def test_the_official_client_lists_and_calls(url, api_key, mode, spoken):
    async def talk() -> list[Any]:
        async with client(url, api_key.secret, mode=mode) as connected:
            return [
                connected.protocol_version,
                [tool.name for tool in (await connected.list_tools()).tools],
                await connected.call_tool("list_words", {"query": "pear"}),
                await connected.call_tool("write_note", {"txt": "a"}),
            ]

    version, names, words, refused = anyio.run(talk)
    assert version == spoken
    assert names == ["book_room", "list_words", "say_who", "write_note"]
    assert (words.is_error, words.structured_content) == (False, {"total": 1, "next_cursor": None, "words": ["pear"]})
    assert (refused.is_error, refused.structured_content["code"]) == (True, "invalid_arguments")
    assert {call.client.partition(" ")[0] for call in ToolCall.objects.all()} == {"mcp"}


@pytest.mark.django_db(transaction=True)
def test_the_official_client_answers_a_question_and_hears_how_far_it_is(url, api_key):
    heard: list[tuple[float, str | None]] = []

    async def answer(_context: Any, _params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"people": 3})

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async def talk() -> Any:
        async with client(url, api_key.secret, elicitation_callback=answer) as connected:
            return await connected.call_tool("book_room", {"city": "Bern"}, progress_callback=hear)

    assert anyio.run(talk).structured_content == {"booked": "Bern for 3"}
    assert set(heard) == {(1, "Looking for rooms.")}
