"""The MCP endpoint over HTTP: checks what a request is, hands its body to the protocol, and writes the answer down.

Who calls is settled before anything is read. Whatever is wrong is said as a JSON-RPC error with the fitting HTTP status.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mcp_gateway import auth, protocol, streams, wire
from mcp_gateway.auth import Credentials
from mcp_gateway.protocol import Answer
from mcp_gateway.surfaces import Surface
from mcp_gateway.wire import RpcError
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

JSON = "application/json"
EVENTS = "text/event-stream"
ALLOWED = "GET, POST"


@csrf_exempt
def endpoint(request: HttpRequest, *, surface: Surface) -> HttpResponseBase:
    """Answer one request to an address of the gateway; no cookie and no session of a browser means anything here."""
    try:
        _check_method(request)
        _check_origin(request)
        credentials = auth.presented(request.headers)
        asked = _asked(request, _caller(credentials), surface)
        if request.method == "GET":
            return _stream(request, asked, credentials)
        return _written(protocol.answer(_body(request), asked), request)
    except RpcError as error:
        return _refusal(error, request)


def _check_method(request: HttpRequest) -> None:
    if request.method not in {"GET", "POST"}:
        raise RpcError(wire.INVALID_REQUEST, f"Method not allowed: use {ALLOWED}.", status=405)


def _check_origin(request: HttpRequest) -> None:
    """Refuse pages of other sites: a browser on this network must not lend its place to them (DNS rebinding)."""
    origin = request.headers.get("Origin")
    ours = {settings.PUBLIC_URL, f"{request.scheme}://{request.get_host()}", *settings.MCP_ALLOWED_ORIGINS}
    if origin is not None and origin not in ours:
        raise RpcError(wire.FORBIDDEN_ORIGIN, "Pages of this origin may not call here.", status=403)


def _caller(credentials: Credentials) -> Actor:
    actor = auth.actor_of(credentials, now=now())
    if actor is None:
        raise RpcError(wire.UNAUTHORIZED, "Unauthorized: send a valid API key in X-API-Key or as a Bearer token.", status=401)
    return actor


def _asked(request: HttpRequest, actor: Actor, surface: Surface) -> protocol.Request:
    headers = request.headers
    return protocol.Request(
        actor=actor,
        surface=surface,
        request_id=uuid.uuid4().hex,
        now=now(),
        version=headers.get("MCP-Protocol-Version"),
        session_id=headers.get(protocol.SESSION_HEADER),
        idempotency_key=headers.get("Idempotency-Key", ""),
        user_agent=headers.get("User-Agent", ""),
    )


def _body(request: HttpRequest) -> bytes:
    if request.content_type not in {JSON, ""}:
        message = f"Unsupported media type {str(request.content_type)[:100]}: send Content-Type: {JSON}."
        raise RpcError(wire.INVALID_REQUEST, message, status=415)
    try:
        return request.body
    except RequestDataTooBig:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        raise RpcError(wire.INVALID_REQUEST, f"The body is larger than {limit} MB: upload large files instead.", status=413) from None


def _stream(request: HttpRequest, asked: protocol.Request, credentials: Credentials) -> HttpResponseBase:
    if EVENTS not in _accepted(request) or not isinstance(request, ASGIRequest):
        raise RpcError(wire.INVALID_REQUEST, f"GET opens a stream only with Accept: {EVENTS}.", status=405)
    protocol.check_version(asked.version)
    protocol.session_of(asked)
    if not streams.has_room(asked.actor.credential):
        raise RpcError(wire.TOO_MANY_STREAMS, "This credential has too many open streams: close one first.", status=429)
    return streams.open_stream(credentials, asked.actor.credential)


def _accepted(request: HttpRequest) -> set[str]:
    return {part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")}


def _written(answer: Answer, request: HttpRequest) -> HttpResponse:
    """Write JSON, or one event for a client that accepts nothing but a stream."""
    as_event = answer.status == 200 and EVENTS in _accepted(request) and not _accepted(request) & {JSON, "application/*", "*/*"}
    response = HttpResponse(
        wire.event(answer.body) if as_event else answer.body,
        status=answer.status,
        content_type=EVENTS if as_event else JSON,
        headers=answer.headers,
    )
    response["Cache-Control"] = "no-store"
    return response


def _refusal(error: RpcError, request: HttpRequest) -> HttpResponse:
    response = _written(Answer(error.status, wire.failure(error)), request)
    if error.status == 401:
        challenge = 'Bearer realm="RocketSDR"'
        response["WWW-Authenticate"] = f'{challenge}, error="invalid_token"' if auth.presented(request.headers) else challenge
    if error.status == 405:
        response["Allow"] = ALLOWED
    return response
