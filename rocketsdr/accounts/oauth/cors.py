"""Which pages of other sites a browser lets speak to the programs' addresses: those of MCP_ALLOWED_ORIGINS, and no others.

One list decides here and at the gateway, which refuses a request from any other page. Only the metadata may be read by every page: it is
public, and says nothing of anybody. No cookie is ever allowed, and the pages for people (signing in, consent) are not among the addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

ADDRESSES = re.compile(r"/(?:\.well-known/oauth-|o/(?:token|revoke|register)/\Z|api/)")
METADATA = "/.well-known/"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Accept, X-API-Key, Idempotency-Key, "
        "MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID"
    ),
    "Access-Control-Max-Age": "7200",  # seconds that a browser need not ask again; the longest that all of them honour
}
READ = "WWW-Authenticate, Mcp-Session-Id, Retry-After"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_listed(origin: str, *, own: str) -> bool:
    """Say whether pages of this origin may call: our own (`own` is how the request names us), or one that the operator has named."""
    return origin in {settings.PUBLIC_URL, own, *settings.MCP_ALLOWED_ORIGINS}


def fields(path: str, origin: str) -> dict[str, str]:
    """Return the header fields that let a page of this origin read an answer of this address; for every other page only that it varies."""
    leave = "*" if path.startswith(METADATA) else origin if origin in settings.MCP_ALLOWED_ORIGINS else ""
    return {"Access-Control-Allow-Origin": leave, "Access-Control-Expose-Headers": READ, "Vary": "Origin"} if leave else {"Vary": "Origin"}


def answer(request: HttpRequest, get_response: GetResponse) -> HttpResponseBase:
    """Answer a request that a page has sent: a browser's question beforehand at once, another one with leave to read the answer."""
    told = fields(request.path_info, request.headers["Origin"])
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: HttpResponseBase = HttpResponse(status=204)
        if "Access-Control-Allow-Origin" in told:
            told |= PREFLIGHT
    else:
        response = get_response(request)
    patch_vary_headers(response, [told.pop("Vary")])
    for name, value in told.items():
        response[name] = value
    return response


class Cors:
    """The middleware for what does not go through the gateway's own handler."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META and ADDRESSES.match(request.path_info):
            return answer(request, self._get_response)
        return self._get_response(request)
