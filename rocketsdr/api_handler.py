"""The way of programs to the gateway, without what only a browser needs.

A program has no cookie, so there is no session, no sign-in, no message and no form to protect; it gets no page, so there is no content
policy and no static file. What is left of the pages' middleware are the headers that tell a browser to keep its hands off the answer.

Nearly all that programs ask is a POST to the endpoint of MCP: `McpDoor` hands it over as the server has read it. Whatever else they ask
goes through Django's own handler, shortened.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import DEFAULT_DB_ALIAS, connections, reset_queries
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver
from django.utils.module_loading import import_string

from rocketsdr.accounts.oauth import cors

if TYPE_CHECKING:
    from mcp_gateway.incoming import Incoming
    from mcp_gateway.protocol import Answer
    from mcp_gateway.surfaces import Surface

logger = logging.getLogger("django.request")

REST = "/api/v1/"
URLS = "mcp_gateway.urls"  # a short list: the address is found at once
MIDDLEWARE = ("django.middleware.security.SecurityMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_for_programs(path: str) -> bool:
    """Say whether this path belongs to the gateway."""
    return path in _addresses() or path.startswith(REST)


@cache
def _addresses() -> dict[str, Surface]:
    from mcp_gateway.surfaces import SURFACES

    return {f"/{surface.address}{end}": surface for surface in SURFACES for end in ("", "/")}


class McpDoor:
    """Answers a POST to an endpoint of MCP. Django's request, response and their way through the middleware cost as much as a call."""

    def __init__(self) -> None:
        self._fields = {scheme: _browser_fields(scheme) for scheme in ("http", "https")}

    def opens(self, method: str, path: str) -> bool:
        """Say whether this request is one of those."""
        return method == "POST" and path in _addresses()

    def answer(self, incoming: Incoming) -> Answer:
        """Answer it, with a database connection that is not past its time."""
        from mcp_gateway import views

        database = connections[DEFAULT_DB_ALIAS]
        database.close_if_unusable_or_obsolete()
        vars(database)["health_check_done"] = True
        if settings.DEBUG:
            reset_queries()
        answer = views.answered(incoming, _addresses()[incoming.path])
        answer.headers.update(self._fields[incoming.scheme])
        if origin := incoming.headers.get("Origin"):
            told = cors.fields(incoming.path, origin)
            varies = ", ".join(filter(None, [answer.headers.get("Vary"), told["Vary"]]))
            answer.headers.update(told, Vary=varies)
        if answer.status >= 400:  # what Django's own handler says of such an answer
            logger.warning("%s: %s", HTTPStatus(answer.status).phrase, incoming.path)
        return answer


def _browser_fields(scheme: str) -> dict[str, str]:
    """Return the header fields that the middleware adds to every answer, from an answer that it has seen."""
    chain: Any = lambda _: HttpResponse(content_type="")  # noqa: E731 - the innermost of the chain
    for name in reversed(MIDDLEWARE):
        chain = import_string(name)(chain)
    facts = {"REQUEST_METHOD": "POST", "PATH_INFO": next(iter(_addresses())), "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO()}
    response = chain(WSGIRequest({**facts, "SERVER_NAME": "localhost", "SERVER_PORT": "80"}))
    return {name: value for name, value in response.items() if value}


class ApiHandler(WSGIHandler):
    """Answers the requests of programs."""

    _get_response: GetResponse  # finds the view and calls it
    _middleware_chain: GetResponse
    _view_middleware: list[Any]
    _template_response_middleware: list[Any]
    _exception_middleware: list[Any]

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Build the short chain in place of the one in the settings."""
        self._view_middleware, self._template_response_middleware, self._exception_middleware = [], [], []
        chain: Any = _measured(convert_exception_to_response(self._get_response))
        for name in reversed(MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self._middleware_chain = chain

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request, without asking first whether the database connection is alive: the first read finds that out itself."""
        vars(connections[DEFAULT_DB_ALIAS])["health_check_done"] = True
        if "HTTP_ORIGIN" in request.META:
            return cors.answer(request, super().get_response)
        return super().get_response(request)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Find the address in the gateway's own list; links that an answer names are looked up in the whole of it."""
        found = get_resolver(URLS).resolve(request.path_info)
        request.resolver_match = found
        return found


def _measured(get_response: Callable[[HttpRequest], Any]) -> GetResponse:
    """Say how long the answer is, or the server would send it in chunks."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer
