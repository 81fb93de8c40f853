"""The revisions with a handshake, 2024-11-05 to 2025-11-25; the handshake itself is optional.

A client says its revision in the header MCP-Protocol-Version, or in the session that `initialize` gave it. A session is a signed text
that the server does not store: it carries what the client said of itself, and belongs to one credential. What a session asks for later
(a log level, resources to watch) stands in the cache, for as long as somebody uses it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from mcp_types import DEFAULT_NEGOTIATED_VERSION, UNSUPPORTED_PROTOCOL_VERSION
from mcp_types.version import (
    HANDSHAKE_PROTOCOL_VERSIONS,
    KNOWN_PROTOCOL_VERSIONS,
    LATEST_HANDSHAKE_VERSION,
    MODERN_PROTOCOL_VERSIONS,
)

from mcp_gateway import wire
from mcp_gateway.protocol import methods, offers, watching
from mcp_gateway.protocol.speech import SERVER_INFO, Answer, Request, Speech
from mcp_gateway.wire import Message, RpcError
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import crypto

BATCHING_VERSION = "2025-03-26"  # the only revision with batches; also the one of clients that name none
SESSION_HEADER = "Mcp-Session-Id"
REMEMBERED_FOR = 86_400  # seconds that a session's wishes are kept after the last one
ENDED_FOR = 30 * 86_400  # seconds that an ended session is remembered as such
DEFAULT_LEVEL = "info"


@dataclass(frozen=True, slots=True)
class Session:
    """What a client said of itself in `initialize`."""

    version: str
    client: str


def answer(value: Any, request: Request) -> Answer:
    """Do what one message, or a batch of them, asks for."""
    check_version(request.version)
    if isinstance(value, list):
        return _answer_batch(value, _speech(request))
    message = wire.message(value)
    speech = _speech(request, begins=message.method == "initialize")
    if message.kind != "request":
        return Answer(202)
    return methods.answer(message, speech, METHODS)


def check_version(version: str | None) -> None:
    """Refuse a revision that is not spoken here, and name those that are."""
    if version in MODERN_PROTOCOL_VERSIONS:
        raise RpcError(wire.INVALID_REQUEST, f"Revision {version} has neither sessions nor a GET stream: use POST.", status=405)
    if version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
        data = {"supported": list(KNOWN_PROTOCOL_VERSIONS), "requested": version[:100]}
        raise RpcError(UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", status=400, data=data)


def session_of(request: Request) -> Session | None:
    """Return the session that the request names, None where it names none; one that is not this caller's does not exist."""
    if request.session_id is None:
        return None
    payload, _, mark = request.session_id.partition(".")
    is_ours = mark.isascii() and crypto.matches(_signed(payload, request.actor), mark)
    if not is_ours or _wishes(request).get("ended"):
        raise RpcError(wire.SESSION_NOT_FOUND, "Session not found: call initialize again, or leave out Mcp-Session-Id.", status=404)
    return _session(payload)


def end_session(request: Request) -> None:
    """End the session that the request names: from now on it does not exist."""
    if session_of(request) is None:
        raise RpcError(wire.INVALID_REQUEST, f"DELETE ends a session: name it in {SESSION_HEADER}.", status=400)
    cache.set(_place(request), {"ended": True}, ENDED_FOR)


def watch(request: Request) -> watching.Watch:
    """Return what the GET stream of this client tells of: every list that changes, and the resources its session watches."""
    speech = _speech(request)
    return watching.Watch(
        surface=request.surface,
        version=speech.version,
        lists=frozenset(watching.LISTS),
        uris=lambda: tuple(_wishes(request).get("uris", [])),
    )


def _speech(request: Request, *, begins: bool = False) -> Speech:
    session = None if begins else session_of(request)
    version = request.version or (session.version if session else DEFAULT_NEGOTIATED_VERSION)
    return Speech(request, version, session.client if session else request.user_agent, log_level=_log_level(request))


def _answer_batch(values: list[Any], speech: Speech) -> Answer:
    if speech.version != BATCHING_VERSION:
        raise RpcError(wire.INVALID_REQUEST, f"Revision {speech.version} has no batches: send one message.", status=400)
    if not 1 <= len(values) <= wire.LARGEST_BATCH:
        raise RpcError(wire.INVALID_REQUEST, f"A batch holds 1 to {wire.LARGEST_BATCH} messages, not {len(values)}.", status=400)
    responses = [response for value in values if (response := _answer_one(value, speech))]
    return Answer(200, wire.batch(responses)) if responses else Answer(202)


def _answer_one(value: Any, speech: Speech) -> bytes:
    """Answer one message of a batch; a wrong one gets its own error."""
    try:
        message = wire.message(value)
        if message.kind != "request":
            return b""
        if message.method != "initialize":
            return wire.success(message.id, methods.result(message, speech, METHODS))
        refused = RpcError(wire.INVALID_REQUEST, "initialize cannot be part of a batch.", request_id=message.id)
    except RpcError as error:
        refused = error
    return wire.failure(refused)


# --- Methods that only these revisions have ------------------------------------------------------------------------------------


def _initialize(message: Message, speech: Speech) -> dict[str, Any]:
    params = message.params or {}
    asked = params["protocolVersion"]
    version = asked if asked in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION
    about = params["clientInfo"]
    session = Session(version=version, client=f"{about['name']} {about['version']}"[:100])
    speech.headers[SESSION_HEADER] = _session_id(session, speech.request.actor)
    return {
        "protocolVersion": version,
        "capabilities": methods.capabilities(speech.request.surface),
        "serverInfo": SERVER_INFO,
        "instructions": speech.request.surface.instructions,
    }


def _nothing(message: Message, speech: Speech) -> dict[str, Any]:
    return {}


def _set_level(message: Message, speech: Speech) -> dict[str, Any]:
    """Send log messages of a session's calls from this level on; without a session the wish holds for nothing, which is allowed."""
    level = (message.params or {})["level"]
    if speech.request.session_id is not None:
        _remember(speech.request, lambda wishes: {**wishes, "level": level})
    return {}


def _subscribe(message: Message, speech: Speech) -> dict[str, Any]:
    uri = (message.params or {})["uri"]
    _check_watchable(uri, speech)

    def add(wishes: dict[str, Any]) -> dict[str, Any]:
        uris = list(dict.fromkeys([*wishes.get("uris", []), uri]))
        if len(uris) > watching.MOST_WATCHED:
            raise RpcError(wire.INVALID_PARAMS, f"A session watches at most {watching.MOST_WATCHED} resources: unsubscribe from one first.")
        return {**wishes, "uris": uris}

    _remember(speech.request, add)
    return {}


def _unsubscribe(message: Message, speech: Speech) -> dict[str, Any]:
    uri = (message.params or {})["uri"]
    _remember(speech.request, lambda wishes: {**wishes, "uris": [one for one in wishes.get("uris", []) if one != uri]})
    return {}


def _check_watchable(uri: str, speech: Speech) -> None:
    if speech.request.session_id is None:
        raise RpcError(wire.INVALID_PARAMS, "Only a session can watch a resource: call initialize, and send its Mcp-Session-Id.")
    offers.check_readable(uri, speech)


METHODS: dict[str, methods.Handler] = {
    **methods.METHODS,
    "initialize": _initialize,
    "ping": _nothing,
    "logging/setLevel": _set_level,
    "resources/subscribe": _subscribe,
    "resources/unsubscribe": _unsubscribe,
}


# --- Sessions ----------------------------------------------------------------------------------------------------------------


def _session_id(session: Session, actor: Actor) -> str:
    """Return a session id that nobody can guess, and that only this credential can use."""
    about = json.dumps([secrets.token_hex(16), session.version, session.client])
    payload = base64.urlsafe_b64encode(about.encode()).decode().rstrip("=")
    return f"{payload}.{crypto.digest(_signed(payload, actor))}"


def _signed(payload: str, actor: Actor) -> str:
    return f"mcp-session:{actor.workspace_id}:{actor.user_id}:{actor.credential}:{payload}"


def _session(payload: str) -> Session:
    _, version, client = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return Session(version=version, client=client)


def _log_level(request: Request) -> Callable[[], str]:
    """Return a look into the session's wishes; only a call that logs takes it."""
    return lambda: str(_wishes(request).get("level", DEFAULT_LEVEL))


def _wishes(request: Request) -> dict[str, Any]:
    return cache.get(_place(request)) or {} if request.session_id is not None else {}


def _remember(request: Request, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    cache.set(_place(request), change(_wishes(request)), REMEMBERED_FOR)


def _place(request: Request) -> str:
    return f"mcp:session:{hashlib.sha256((request.session_id or '').encode()).hexdigest()}"
