"""The official Python client, signed in by OAuth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import anyio.to_thread
import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.clients import python_sdk
from tests.clients.let_in import DOCUMENT, FIXED, LetIn, Way
from tests.clients.person import SECONDS, Callback, Person


class Kept:
    """What the client remembers, in memory."""

    def __init__(self, client: OAuthClientInformationFull | None) -> None:
        self.client = client
        self.tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info

    @property
    def scopes(self) -> list[str]:
        return str(self.tokens.scope).split() if self.tokens else []


def be_let_in(url: str, way: Way, person: Person) -> LetIn:
    """Be let in this way, and do what every client does."""
    callback = Callback()
    try:
        return replace(anyio.run(_be_let_in, url, way, person, callback), consents=len(person.allowed))
    finally:
        callback.close()


async def _be_let_in(url: str, way: Way, person: Person, callback: Callback) -> LetIn:
    kept = Kept(_fixed(callback.url) if way == "fixed" else None)
    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="Python client", redirect_uris=[AnyUrl(callback.url)]),
        storage=kept,
        redirect_handler=partial(_shown, person),
        callback_handler=partial(_led_back, callback),
        client_metadata_url=DOCUMENT if way == "document" else None,
    )
    with anyio.fail_after(3 * SECONDS):
        async with (
            httpx2.AsyncClient(auth=provider, trust_env=False, timeout=SECONDS) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            tools = [tool.name for tool in (await client.list_tools()).tools]
            products = await python_sdk.call(client, "list_products", limit=100)
            scopes, before = kept.scopes, kept.tokens
            provider.context.token_expiry_time = 1.0
            await python_sdk.call(client, "list_products", limit=1)
            refreshed = kept.tokens is not before
            entry = await python_sdk.call(client, "add_suppression", value=f"python-{way}@refused.example", reason="manual")
            return LetIn(
                client_id=str(kept.client.client_id) if kept.client else "",
                tools=tools,
                products=python_sdk.names(products),
                refreshed=refreshed,
                scopes=scopes,
                more_scopes=kept.scopes,
                suppressed=entry["entry"]["value"],
            )


def _fixed(redirect_uri: str) -> OAuthClientInformationFull:
    return OAuthClientInformationFull(client_id=FIXED, redirect_uris=[AnyUrl(redirect_uri)], token_endpoint_auth_method="none")


async def _shown(person: Person, address: str) -> None:
    await anyio.to_thread.run_sync(person.allow, address)


async def _led_back(callback: Callback) -> AuthorizationCodeResult:
    query = await anyio.to_thread.run_sync(partial(callback.queries.get, timeout=SECONDS))
    return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))
