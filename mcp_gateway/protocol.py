"""The Model Context Protocol: which method means what in which revision. Nothing else imports the official types.

A client of a handshake revision says which one in the header MCP-Protocol-Version, or in the session that `initialize` gave it. A
session is a signed text that the server does not store: it carries what the client said of itself, and belongs to one credential.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from mcp_types import DEFAULT_NEGOTIATED_VERSION, UNSUPPORTED_PROTOCOL_VERSION, methods
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION
from pydantic import ValidationError
from pydantic_core import to_json

from mcp_gateway import catalogue, dispatch, wire
from mcp_gateway.surfaces import SERVER_NAME, SERVER_TITLE, SERVER_VERSION, Surface
from mcp_gateway.tool import explained
from mcp_gateway.wire import Message, RpcError
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Invalid

logger = logging.getLogger(__name__)

BATCHING_VERSION = "2025-03-26"  # the only revision with batches; also the one of clients that name none
SESSION_HEADER = "Mcp-Session-Id"


@dataclass(frozen=True, slots=True)
class Session:
    """What a client said of itself in `initialize`."""

    version: str
    client: str


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of a known caller."""

    actor: Actor
    surface: Surface
    request_id: str
    now: datetime
    version: str | None = None  # the header MCP-Protocol-Version
    session_id: str | None = None
    idempotency_key: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: nothing for notifications, else a JSON-RPC response or a batch of them."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request within the revision that it is spoken in; handlers may add headers to the answer."""

    request: Request
    version: str
    client: str
    headers: dict[str, str] = field(default_factory=dict)


def answer(body: bytes, request: Request) -> Answer:
    """Do what the messages in the body ask for."""
    try:
        check_version(request.version)
        value = wire.parse(body)
        if isinstance(value, list):
            return _answer_batch(value, _exchange(request))
        message = wire.message(value)
        exchange = _exchange(request, begins=message.method == "initialize")
        if message.kind != "request":
            return Answer(202)
        return Answer(200, wire.success(message.id, _result(message, exchange)), exchange.headers)
    except RpcError as error:
        return Answer(error.status, wire.failure(error))


def check_version(version: str | None) -> None:
    """Refuse a revision that is not spoken here, and name those that are."""
    if version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
        data = {"supported": list(HANDSHAKE_PROTOCOL_VERSIONS), "requested": version[:100]}
        raise RpcError(UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", status=400, data=data)


def session_of(request: Request) -> Session | None:
    """Return the session that the request names, None where it names none; one that is not this caller's does not exist."""
    if request.session_id is None:
        return None
    payload, _, mark = request.session_id.partition(".")
    if not (mark.isascii() and crypto.matches(_signed(payload, request.actor), mark)):
        raise RpcError(wire.SESSION_NOT_FOUND, "Session not found: call initialize again, or leave out Mcp-Session-Id.", status=404)
    return _session(payload)


def _exchange(request: Request, *, begins: bool = False) -> _Exchange:
    session = None if begins else session_of(request)
    version = request.version or (session.version if session else DEFAULT_NEGOTIATED_VERSION)
    return _Exchange(request, version, session.client if session else request.user_agent)


def _answer_batch(values: list[Any], exchange: _Exchange) -> Answer:
    if exchange.version != BATCHING_VERSION:
        raise RpcError(wire.INVALID_REQUEST, f"Revision {exchange.version} has no batches: send one message.", status=400)
    if not 1 <= len(values) <= wire.LARGEST_BATCH:
        raise RpcError(wire.INVALID_REQUEST, f"A batch holds 1 to {wire.LARGEST_BATCH} messages, not {len(values)}.", status=400)
    responses = [response for value in values if (response := _answer_one(value, exchange))]
    return Answer(200, wire.batch(responses)) if responses else Answer(202)


def _answer_one(value: Any, exchange: _Exchange) -> bytes:
    """Answer one message of a batch; a wrong one gets its own error."""
    try:
        message = wire.message(value)
        if message.kind != "request":
            return b""
        if message.method != "initialize":
            return wire.success(message.id, _result(message, exchange))
        refused = RpcError(wire.INVALID_REQUEST, "initialize cannot be part of a batch.", request_id=message.id)
    except RpcError as error:
        refused = error
    return wire.failure(refused)


def _result(message: Message, exchange: _Exchange) -> bytes:
    """Return the result of a request as JSON; whatever goes wrong becomes the error of this one request."""
    try:
        _check(message, exchange.version)
        return _METHODS[message.method](message.params or {}, exchange)
    except RpcError as error:
        error.request_id = message.id
        raise
    except Exception:  # the outermost door: a fault of ours is logged here and never shown
        logger.exception("%s failed in request %s", message.method, exchange.request.request_id)
        data = {"request_id": exchange.request.request_id}
        raise RpcError(wire.INTERNAL_ERROR, "Internal server error", data=data, request_id=message.id) from None


def _check(message: Message, version: str) -> None:
    """Refuse a method that this revision or this server does not have, and params of the wrong form."""
    if message.method not in _METHODS:
        raise RpcError(wire.METHOD_NOT_FOUND, f"Method not found: {message.method[:100]}")
    try:
        methods.validate_client_request(message.method, version, message.params)
    except ValidationError as error:
        faults = " ".join(fault.message for fault in explained(error, of=message.method))
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {faults}") from None


# --- Methods -----------------------------------------------------------------------------------------------------------------


def _initialize(params: dict[str, Any], exchange: _Exchange) -> bytes:
    asked = params["protocolVersion"]
    version = asked if asked in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION
    about = params["clientInfo"]
    session = Session(version=version, client=f"{about['name']} {about['version']}"[:100])
    exchange.headers[SESSION_HEADER] = _session_id(session, exchange.request.actor)
    result = {
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": SERVER_NAME, "title": SERVER_TITLE, "version": SERVER_VERSION},
        "instructions": exchange.request.surface.instructions,
    }
    return _written("initialize", version, result)


def _ping(params: dict[str, Any], exchange: _Exchange) -> bytes:
    return b"{}"


def _list_tools(params: dict[str, Any], exchange: _Exchange) -> bytes:
    request = exchange.request
    try:
        return _tools_page(request.surface, request.actor.scopes, exchange.version, params.get("cursor"))
    except Invalid as error:
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {error.message}") from None


@lru_cache(maxsize=256)
def _tools_page(surface: Surface, scopes: frozenset[str], version: str, cursor: str | None) -> bytes:
    """Write one page of the list; it is the same for all callers with these scopes, so it is written once."""
    tools, next_cursor = catalogue.of(surface).page(scopes, cursor)
    result: dict[str, Any] = {"tools": [wire.tool_entry(tool) for tool in tools]}
    if next_cursor:
        result["nextCursor"] = next_cursor
    return _written("tools/list", version, result)


def _call_tool(params: dict[str, Any], exchange: _Exchange) -> bytes:
    request = exchange.request
    asked = dispatch.Call(
        surface=request.surface,
        name=params["name"],
        arguments=params.get("arguments") or {},
        request_id=request.request_id,
        client=exchange.client,
        idempotency_key=request.idempotency_key,
    )
    try:
        outcome = dispatch.call(request.actor, asked, now=request.now)
    except dispatch.UnknownTool as error:
        raise RpcError(wire.INVALID_PARAMS, error.message) from None
    return _written("tools/call", exchange.version, wire.call_result(outcome))


def _written(method: str, version: str, result: dict[str, Any]) -> bytes:
    """Write a result as this revision has it: the official types check it, and drop what the revision does not know."""
    return to_json(methods.serialize_server_result(method, version, result))


_METHODS: dict[str, Callable[[dict[str, Any], _Exchange], bytes]] = {
    "initialize": _initialize,
    "ping": _ping,
    "tools/list": _list_tools,
    "tools/call": _call_tool,
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
