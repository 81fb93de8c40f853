"""The MCP endpoint over HTTP: checks what a request is, hands its body to the protocol, and writes the answer down.

Who calls is settled before anything is read. Whatever is wrong is said as a JSON-RPC error with the fitting HTTP status.
"""

from __future__ import annotations

import logging
import uuid
from functools import lru_cache

from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mcp_gateway import auth, door, protocol, streams, wire
from mcp_gateway.door import AnyRequest
from mcp_gateway.protocol import Answer
from mcp_gateway.surfaces import Surface
from mcp_gateway.wire import RpcError
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

logger = logging.getLogger(__name__)

JSON = "application/json"
EVENTS = "text/event-stream"
ALLOWED = "GET, POST, DELETE"
METHOD_HEADER = "Mcp-Method"


@csrf_exempt
def endpoint(request: HttpRequest, *, surface: Surface) -> HttpResponseBase:
    """Answer one request to an address of the gateway; no cookie and no session of a browser means anything here."""
    if request.method == "POST" and not _listens(request):
        return _response(answered(request, surface))
    try:
        return _lasting(request, surface)
    except Exception as error:  # noqa: BLE001 - the outermost door
        return _response(_refusal(error, request, surface))


def answered(request: AnyRequest, surface: Surface) -> Answer:
    """Answer a POST, whatever it holds: with a result, a refusal, or the events of a call as they come."""
    try:
        asked = _asked(request, _caller(request, surface), surface)
        return _dressed(protocol.answer(_body(request), asked), asked.accepted)
    except Exception as error:  # noqa: BLE001 - the outermost door
        return _refusal(error, request, surface)


def _lasting(request: HttpRequest, surface: Surface) -> HttpResponseBase:
    """Open a stream that lasts, or end a session."""
    if request.method not in {"GET", "POST", "DELETE"}:
        raise RpcError(wire.INVALID_REQUEST, f"Method not allowed: use {ALLOWED}.", status=405)
    asked = _asked(request, _caller(request, surface), surface)
    if request.method == "GET":
        return _keep_alive(request, asked)
    return _listen(request, asked) if request.method == "POST" else _end(asked)


def _listens(request: HttpRequest) -> bool:
    """Say whether the answer to this request is a stream that lasts, which only the handler in the event loop can give."""
    return isinstance(request, ASGIRequest) and request.headers.get(METHOD_HEADER) == protocol.LISTEN


def _caller(request: AnyRequest, surface: Surface) -> Actor:
    """Return who calls; whoever calls from the wrong place is not asked who they are."""
    if door.is_for_another_host(request):
        raise RpcError(wire.INVALID_REQUEST, door.ANOTHER_HOST, status=421)
    if door.is_of_foreign_page(request):
        raise RpcError(wire.FORBIDDEN_ORIGIN, door.FOREIGN_ORIGIN, status=403)
    actor = auth.actor_of(auth.presented(request.headers, surface.address), now=now())
    if actor is None:
        raise RpcError(wire.UNAUTHORIZED, door.UNAUTHORIZED, status=401)
    return actor


def _asked(request: AnyRequest, actor: Actor, surface: Surface) -> protocol.Request:
    headers = request.headers
    return protocol.Request(
        actor=actor,
        surface=surface,
        request_id=uuid.uuid4().hex,
        now=now(),
        version=headers.get("MCP-Protocol-Version"),
        session_id=headers.get(protocol.SESSION_HEADER),
        headers={name.lower(): value.strip() for name, value in headers.items() if name[:4].lower() == "mcp-"},
        accepted=_media_types(headers.get("Accept", "")),
        idempotency_key=headers.get("Idempotency-Key", ""),
        user_agent=headers.get("User-Agent", ""),
    )


def _body(request: AnyRequest) -> bytes:
    if request.content_type not in {JSON, ""}:
        message = f"Unsupported media type {str(request.content_type)[:100]}: send Content-Type: {JSON}."
        raise RpcError(wire.INVALID_REQUEST, message, status=415)
    try:
        return request.body
    except RequestDataTooBig:
        raise RpcError(wire.INVALID_REQUEST, door.too_large(), status=413) from None


def _keep_alive(request: HttpRequest, asked: protocol.Request) -> HttpResponseBase:
    """Open the stream of a handshake revision, on which the server speaks first."""
    if EVENTS not in asked.accepted or not isinstance(request, ASGIRequest):
        raise RpcError(wire.INVALID_REQUEST, f"GET opens a stream only with Accept: {EVENTS}.", status=405)
    protocol.check_version(asked.version)
    protocol.session_of(asked)
    _check_room(asked)
    credentials = auth.presented(request.headers, asked.surface.address)
    return streams.open_stream(credentials, asked.actor.credential, protocol.watch_session(asked))


def _end(asked: protocol.Request) -> HttpResponseBase:
    protocol.check_version(asked.version)
    protocol.end_session(asked)
    return HttpResponse(status=204)


def _listen(request: HttpRequest, asked: protocol.Request) -> HttpResponseBase:
    """Open the subscription of a modern client: the answer to its request is the stream."""
    _check_room(asked)
    listening = protocol.listening(_body(request), asked)
    credentials = auth.presented(request.headers, asked.surface.address)
    return streams.open_stream(credentials, asked.actor.credential, listening.watch, first=listening.acknowledged, last=listening.ended)


def _check_room(asked: protocol.Request) -> None:
    if not streams.has_room(asked.actor.credential):
        raise RpcError(wire.TOO_MANY_STREAMS, "This credential has too many open streams: close one first.", status=429)


@lru_cache(maxsize=256)
def _media_types(accept: str) -> frozenset[str]:
    return frozenset(part.partition(";")[0].strip().lower() for part in accept.split(",")) if accept else frozenset()


def _dressed(answer: Answer, accepted: frozenset[str]) -> Answer:
    """Say how the answer is written: as JSON, as one event for a client that takes nothing but a stream, or as the events of a call."""
    as_event = answer.status == 200 and EVENTS in accepted and not accepted & {JSON, "application/*", "*/*"}
    body = wire.event(answer.body) if as_event and answer.events is None else answer.body
    content_type = EVENTS if as_event or answer.events is not None else JSON
    fields = {**answer.headers, "Content-Type": content_type, "Cache-Control": "no-store", "Vary": "Authorization, X-API-Key"}
    if answer.events is not None:
        fields["X-Accel-Buffering"] = "no"
    return Answer(answer.status, body, fields, answer.events)


def _refusal(error: Exception, request: AnyRequest, surface: Surface) -> Answer:
    """Say what is wrong with the request; a fault of ours is logged here and never shown, least of all as a page."""
    if not isinstance(error, RpcError):
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        error = RpcError(wire.INTERNAL_ERROR, "Internal server error", status=500)
    fields = dict(error.headers)
    if error.status == 401:
        fields["WWW-Authenticate"] = door.challenge(request, surface.address)
    if error.status == 405:
        fields["Allow"] = ALLOWED
    return _dressed(Answer(error.status, wire.failure(error), fields), _media_types(request.headers.get("Accept", "")))


def _response(answer: Answer) -> HttpResponseBase:
    if answer.events is not None:
        return StreamingHttpResponse(answer.events, status=answer.status, headers=answer.headers)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
