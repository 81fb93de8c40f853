"""The documents over HTTP. They are for everybody; the page fills in the ids of a reader who is signed in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

from campaigns.queries import personas, products
from mcp_gateway import guide, protocol, published
from mcp_gateway.docs import page
from mcp_gateway.docs.card import MEDIA_TYPE, server_card
from mcp_gateway.docs.commands import Ids, commands
from mcp_gateway.surfaces import OUTREACH, SERVER_NAME, SERVER_TITLE
from rocketsdr.accounts.actor import SCOPES
from rocketsdr.accounts.http import current_actor

MARKDOWN = "text/markdown; charset=utf-8"
HTML = "text/html"


@require_safe
@conditional_page
def mcp(request: HttpRequest) -> HttpResponseBase:
    """Show the page; whoever prefers markdown gets the text for language models."""
    if _prefers_markdown(request):
        return published.answer(request, guide.text().encode(), MARKDOWN, vary=("Accept",))
    response = render(request, "docs/mcp.html", _shown(request))
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Accept", "Cookie"))
    return response


@require_safe
def mcp_llm(request: HttpRequest) -> HttpResponseBase:
    """Give the text for language models."""
    return published.answer(request, guide.text().encode(), MARKDOWN)


@require_safe
def llms(request: HttpRequest) -> HttpResponseBase:
    """Name the documents of this server for language models, in the form of llmstxt.org."""
    return published.answer(request, _llms().encode(), MARKDOWN)


@require_safe
def card(request: HttpRequest) -> HttpResponseBase:
    """Give the server card."""
    asked = "application/json" if request.path.endswith(".json") else MEDIA_TYPE
    return published.answer(request, server_card(), asked)


def _shown(request: HttpRequest) -> dict[str, Any]:
    ids = _ids(request)
    return {
        "server_url": guide.server_url(),
        "rest_url": guide.rest_url(),
        "public_url": settings.PUBLIC_URL,
        "client_id": SERVER_NAME,
        "versions": protocol.KNOWN_PROTOCOL_VERSIONS,
        "commands": commands(ids),
        "filled_in": ids != Ids(),
        "steps": page.advice(guide.STEPS),
        "rules": page.advice(guide.RULES),
        "groups": page.groups(),
        "kinds": page.kinds(),
        "scopes": SCOPES,
    }


def _ids(request: HttpRequest) -> Ids:
    """Return the newest product and persona of the reader's workspace, as far as there are any."""
    actor, known = current_actor(request), Ids()
    if actor is None:
        return known
    for product in products.list_products(actor=actor, limit=1).items:
        known = replace(known, product=product.id)
    for persona in personas.list_personas(actor=actor, limit=1).items:
        known = replace(known, persona=persona.id)
    return known


def _prefers_markdown(request: HttpRequest) -> bool:
    try:
        return request.get_preferred_type([HTML, "text/markdown"]) == "text/markdown"
    except ValueError:  # an encoding of a parameter that nobody knows
        return False


def _llms() -> str:
    below = settings.PUBLIC_URL
    documents = {
        "Guide for language models": (f"{below}/docs/mcp-llm.md", "every tool with its arguments, the rules and the errors"),
        "MCP integration": (f"{below}/docs/mcp", "the page for people, with commands to copy"),
        "OpenAPI 3.1": (f"{below}/api/v1/openapi.json", "the same tools as plain JSON over HTTP"),
        "Server card": (f"{below}/.well-known/mcp/server-card.json", "address, revisions and credentials before connecting"),
    }
    links = "\n".join(f"- [{title}]({url}): {about}" for title, (url, about) in documents.items())
    return f"# {SERVER_TITLE}\n\n> {OUTREACH.instructions.splitlines()[0]}\n\nMCP endpoint: {guide.server_url()}\n\n## Docs\n\n{links}\n"
