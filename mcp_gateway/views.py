"""The MCP endpoint over HTTP: checks what a request is, hands its body to the protocol, and writes the answer down.

Who calls is settled before anything is read. Whatever is wrong is said as a JSON-RPC error with the fitting HTTP status.
"""

from __future__ import annotations

import logging
import uuid

from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mcp_gateway import auth, door, protocol, streams, wire
from mcp_gateway.auth import Credentials
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
    try:
        _check_method(request)
        _check_place(request)
        credentials = auth.presented(request.headers)
        asked = _asked(request, _caller(credentials), surface)
        if request.method != "POST":
            return _keep_alive(request, asked, credentials) if request.method == "GET" else _end(asked)
        if request.headers.get(METHOD_HEADER) == protocol.LISTEN and isinstance(request, ASGIRequest):
            return _listen(request, asked, credentials)
        return _written(protocol.answer(_body(request), asked), request)
    except RpcError as error:
        return _refusal(error, request)
    except Exception:  # the outermost door: a fault of ours is logged here and never shown, least of all as a page
        logger.exception("%s %s failed", request.method, request.path)
        return _refusal(RpcError(wire.INTERNAL_ERROR, "Internal server error", status=500), request)


def _check_method(request: HttpRequest) -> None:
    if request.method not in {"GET", "POST", "DELETE"}:
        raise RpcError(wire.INVALID_REQUEST, f"Method not allowed: use {ALLOWED}.", status=405)


def _check_place(request: HttpRequest) -> None:
    if door.is_for_another_host(request):
        raise RpcError(wire.INVALID_REQUEST, door.ANOTHER_HOST, status=421)
    if door.is_of_foreign_page(request):
        raise RpcError(wire.FORBIDDEN_ORIGIN, door.FOREIGN_ORIGIN, status=403)


def _caller(credentials: Credentials) -> Actor:
    actor = auth.actor_of(credentials, now=now())
    if actor is None:
        raise RpcError(wire.UNAUTHORIZED, door.UNAUTHORIZED, status=401)
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
        headers={name.lower(): value.strip() for name, value in headers.items() if name[:4].lower() == "mcp-"},
        accepted=_accepted(request),
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
        raise RpcError(wire.INVALID_REQUEST, door.too_large(), status=413) from None


def _keep_alive(request: HttpRequest, asked: protocol.Request, credentials: Credentials) -> HttpResponseBase:
    """Open the stream of a handshake revision, on which the server speaks first."""
    if EVENTS not in asked.accepted or not isinstance(request, ASGIRequest):
        raise RpcError(wire.INVALID_REQUEST, f"GET opens a stream only with Accept: {EVENTS}.", status=405)
    protocol.check_version(asked.version)
    protocol.session_of(asked)
    _check_room(asked)
    return streams.open_stream(credentials, asked.actor.credential, protocol.watch_session(asked))


def _end(asked: protocol.Request) -> HttpResponseBase:
    protocol.check_version(asked.version)
    protocol.end_session(asked)
    return HttpResponse(status=204)


def _listen(request: HttpRequest, asked: protocol.Request, credentials: Credentials) -> HttpResponseBase:
    """Open the subscription of a modern client: the answer to its request is the stream."""
    _check_room(asked)
    listening = protocol.listening(_body(request), asked)
    return streams.open_stream(credentials, asked.actor.credential, listening.watch, first=listening.acknowledged, last=listening.ended)


def _check_room(asked: protocol.Request) -> None:
    if not streams.has_room(asked.actor.credential):
        raise RpcError(wire.TOO_MANY_STREAMS, "This credential has too many open streams: close one first.", status=429)


def _accepted(request: HttpRequest) -> frozenset[str]:
    accept = request.headers.get("Accept", "")
    return frozenset(part.partition(";")[0].strip().lower() for part in accept.split(",")) if accept else frozenset()


def _written(answer: Answer, request: HttpRequest) -> HttpResponseBase:
    """Write JSON, or one event for a client that accepts nothing but a stream, or the events of a call as they come."""
    if answer.events is not None:
        return _headed(StreamingHttpResponse(answer.events, content_type=EVENTS), answer)
    accepted = _accepted(request)
    as_event = answer.status == 200 and EVENTS in accepted and not accepted & {JSON, "application/*", "*/*"}
    body, content_type = (wire.event(answer.body), EVENTS) if as_event else (answer.body, JSON)
    return _headed(HttpResponse(body, status=answer.status, content_type=content_type), answer)


def _headed(response: HttpResponseBase, answer: Answer) -> HttpResponseBase:
    for name, value in answer.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    if answer.events is not None:
        response["X-Accel-Buffering"] = "no"
    return response


def _refusal(error: RpcError, request: HttpRequest) -> HttpResponseBase:
    response = _written(Answer(error.status, wire.failure(error)), request)
    if error.status == 401:
        response["WWW-Authenticate"] = door.challenge(request)
    if error.status == 405:
        response["Allow"] = ALLOWED
    return response
