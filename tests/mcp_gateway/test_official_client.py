"""The official Python client, through a real uvicorn, with and without its attempt at a later revision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from mcp_gateway import streams
from mcp_gateway.models import ToolCall
from rocketsdr.asgi import Front
from tests.serving import serving


@pytest.fixture
def url(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(streams, "CHECK_EVERY", 0.1)
    front = Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=2)
    with serving(front) as port:
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        yield f"http://127.0.0.1:{port}/api/test/mcp"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_lists_and_calls(url, api_key, mode):
    async def talk() -> list[Any]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {api_key.secret}"}, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            return [
                client.protocol_version,
                [tool.name for tool in (await client.list_tools()).tools],
                await client.call_tool("list_words", {"query": "pear"}),
                await client.call_tool("write_note", {"txt": "a"}),
            ]

    version, names, words, refused = anyio.run(talk)
    assert version == "2025-11-25"
    assert names == ["list_words", "say_who", "write_note", "count_notes"]
    assert (words.is_error, words.structured_content) == (False, {"total": 1, "next_cursor": None, "words": ["pear"]})
    assert (refused.is_error, refused.structured_content["code"]) == (True, "invalid_arguments")
    assert {call.client.partition(" ")[0] for call in ToolCall.objects.all()} == {"mcp"}
