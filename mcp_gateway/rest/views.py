"""The REST door: checks what a request is, hands the arguments to the hallway, and writes the outcome down.

Whatever is wrong is said as a problem with the fitting status; no page of HTML ever comes from here.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mcp_gateway import catalogue, dispatch, door, guide, published, wire
from mcp_gateway.dispatch import Outcome
from mcp_gateway.rest import openapi, problems
from mcp_gateway.rest.authentication import CredentialAuthentication, actor_of
from mcp_gateway.rest.parsers import ArgumentsParser
from mcp_gateway.rest.renderers import DataRenderer, Negotiation, TextRenderer
from mcp_gateway.surfaces import Surface
from rocketsdr.lib.clock import now


class Misdirected(APIException):
    status_code = 421


class Door(APIView):
    """What every address of the REST door has in common."""

    authentication_classes = (CredentialAuthentication,)
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (ArgumentsParser,)
    renderer_classes = (DataRenderer, TextRenderer)
    content_negotiation_class = Negotiation
    versioning_class = None
    metadata_class = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.request_id = uuid.uuid4().hex

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is no request to this address, before anything is read."""
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method), detail=f"Method not allowed: use {', '.join(self.allowed_methods)}.")
        if door.is_for_another_host(request._request):
            raise Misdirected(door.ANOTHER_HOST)
        if door.is_of_foreign_page(request._request):
            raise PermissionDenied(door.FOREIGN_ORIGIN)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        response = problems.of_exception(exc, self.request._request, self.request_id)
        if response.status_code == 401:
            response["WWW-Authenticate"] = door.challenge(self.request._request, self.kwargs["surface"].address)
        return cast("Response", response)  # a problem is written already; the framework renders what is not

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Cache-Control"] = "no-store"
        patch_vary_headers(finished, ["Authorization", "X-API-Key"])
        finished["X-Request-Id"] = self.request_id
        return finished


class ToolView(Door):
    """One tool."""

    http_method_names = ["post"]

    def post(self, request: Request, *, surface: Surface, tool: str) -> HttpResponse:
        """Call the tool with the body as its arguments."""
        asked = dispatch.Call(
            surface=surface,
            name=tool,
            arguments=dict(request.data),
            request_id=self.request_id,
            client=request.headers.get("User-Agent", ""),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        actor = actor_of(request)
        outcome = dispatch.call(actor, asked, now=now())
        response = problems.of_outcome(outcome) if outcome.is_error else Response(outcome)
        if outcome.is_error and actor.may_ask_for(outcome.structured.get("scope")):
            response["WWW-Authenticate"] = door.step_up(actor, outcome.structured["scope"], surface.address)
        for name, value in facts(outcome.meta):
            response[name] = value
        return response


class ToolsView(Door):
    """The tools of a surface that a credential may call."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, *, surface: Surface) -> Response:
        """Name the tools, with their addresses and schemas."""
        scopes = actor_of(request).scopes
        tools = [tool for tool in catalogue.of(surface).tools if tool.scope is None or tool.scope in scopes]
        entries = [{**wire.tool_entry(tool), "scope": tool.scope, "url": f"{guide.rest_url(surface)}{tool.name}"} for tool in tools]
        return Response(Outcome("\n".join(guide.line(tool) for tool in tools), {"tools": entries}))


@csrf_exempt
def description(request: HttpRequest) -> HttpResponseBase:
    """Give everybody the OpenAPI document."""
    if request.method not in {"GET", "HEAD"}:
        refused = problems.problem(405, "Method not allowed: use GET.")
        refused["Allow"] = "GET, HEAD"
        return refused
    return published.answer(request, openapi.document(), "application/json")


@csrf_exempt
def nowhere(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer for every address of the REST door that leads to nothing."""
    return problems.problem(404, f"There is nothing at {request.path[:200]}.")


def facts(meta: dict[str, Any], prefix: str = "X") -> list[tuple[str, str]]:
    """Say what is known of the call itself as header fields: X-Quota-Used, X-Audit-Id, X-Replayed."""
    fields: list[tuple[str, str]] = []
    for key, value in meta.items():
        name = f"{prefix}-{key.replace('_', '-').title()}"
        if isinstance(value, dict):
            fields += facts(value, name)
        else:
            fields.append((name, value if isinstance(value, str) and value.isascii() and value.isprintable() else json.dumps(value)))
    return fields
