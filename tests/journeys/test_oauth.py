"""The official Python client with the fixed client id, from the first 401 to a refresh and a step-up, against a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.to_thread
import httpx2
import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connections as databases
from django.test import Client as Browser
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from rocketsdr.accounts.connections import revoke_connection
from rocketsdr.accounts.models import Connection
from rocketsdr.asgi import Front
from tests.serving import serving

CALLBACK = AnyUrl("http://127.0.0.1:39876/callback")
SECONDS = 60.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(settings: Any) -> Iterator[str]:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    with serving(Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=2)) as port:
        settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
        settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "OIDC_ISS_ENDPOINT": settings.PUBLIC_URL}
        yield f"{settings.PUBLIC_URL}/api/mcp"


@dataclass
class Person:
    """Whoever sits at the browser: allows each request, for one workspace."""

    browser: Browser
    workspace_id: int
    asked: list[list[str]] = field(default_factory=list)
    led_to: str = ""

    async def decide(self, address: str) -> None:
        parts = urlsplit(address)
        self.asked.append(parse_qs(parts.query)["scope"][0].split())
        await anyio.to_thread.run_sync(self._press, f"{parts.path}?{parts.query}")

    def _press(self, path: str) -> None:
        try:
            page = self.browser.get(path)
            assert b"a program on this computer" in page.content
            self.led_to = self.browser.post(path, {"workspace": self.workspace_id, "decision": "allow"})["Location"]
        finally:
            databases.close_all()

    async def come_back(self) -> AuthorizationCodeResult:
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.led_to).query).items()}
        return AuthorizationCodeResult(code=given["code"], state=given["state"], iss=given["iss"])


class Kept:
    """What the client keeps: somebody has entered the client id by hand, and left the secret blank."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client = OAuthClientInformationFull(client_id="rocketsdr", redirect_uris=[CALLBACK], token_endpoint_auth_method="none")

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@asynccontextmanager
async def connected(url: str, person: Person, kept: Kept, mode: str) -> AsyncIterator[Any]:
    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(redirect_uris=[CALLBACK], client_name="Client"),
        storage=kept,
        redirect_handler=person.decide,
        callback_handler=person.come_back,
    )
    with anyio.fail_after(SECONDS):
        async with (
            httpx2.AsyncClient(auth=provider, trust_env=False, timeout=SECONDS) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            yield client, provider


@pytest.fixture
def person(owner, workspace) -> Person:
    browser = Browser()
    browser.force_login(owner)
    return Person(browser, workspace.id)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.attack(61)
def test_row_61_the_official_client_connects_refreshes_and_steps_up(url, person, product, mode):
    kept = Kept()

    async def talk() -> list[Any]:
        async with connected(url, person, kept, mode) as (client, provider):
            tools = [tool.name for tool in (await client.list_tools()).tools]
            first = kept.tokens
            provider.context.token_expiry_time = 1.0
            products = await client.call_tool("list_products", {})
            refreshed = kept.tokens
            entry = await client.call_tool("add_suppression", {"value": "no@more.example", "reason": "manual"})
            return [tools, products, first, refreshed, entry, await client.call_tool("whoami", {})]

    tools, products, first, refreshed, entry, who = anyio.run(talk)
    assert {"list_products", "add_suppression"} <= set(tools)
    assert [each["name"] for each in products.structured_content["products"]] == [product.name]
    assert first.access_token != refreshed.access_token
    assert first.refresh_token != refreshed.refresh_token
    assert entry.is_error is False
    assert len(person.asked) == 2  # once at first, once to step up
    assert "compliance:write" not in person.asked[0]
    assert {*person.asked[0], "compliance:write"} <= set(person.asked[1])
    assert "compliance:write" in who.structured_content["key"]["scopes"]
    assert Connection.objects.count() == 1


def test_a_revoked_connection_asks_its_person_again(url, person, actor, now):
    kept = Kept()

    async def talk() -> None:
        async with connected(url, person, kept, "auto") as (client, _):
            await client.call_tool("whoami", {})
            await anyio.to_thread.run_sync(_revoke)
            await client.call_tool("whoami", {})

    def _revoke() -> None:
        try:
            revoke_connection(actor=actor, connection_id=Connection.objects.get().pk, now=now)
        finally:
            databases.close_all()

    anyio.run(talk)
    assert len(person.asked) == 2
    assert Connection.objects.live().count() == 1
