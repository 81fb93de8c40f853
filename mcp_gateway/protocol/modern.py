"""The revision 2026-07-28: each request stands for itself, and its headers say the same as its body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp.shared.inbound import (
    ERROR_CODE_HTTP_STATUS,
    MCP_NAME_HEADER,
    MCP_PARAM_HEADER_PREFIX,
    InboundLadderRejection,
    InboundModernRoute,
    classify_inbound_request,
    decode_header_value,
    unsupported_protocol_version_rejection,
    validate_mcp_param_headers,
    x_mcp_header_map,
)
from mcp_types import HEADER_MISMATCH
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_gateway import catalogue, wire
from mcp_gateway.protocol import methods, tasks
from mcp_gateway.protocol.speech import Answer, Request, Speech, written
from mcp_gateway.protocol.watching import LISTS, MOST_WATCHED, Watch
from mcp_gateway.wire import Message, RpcError

LISTEN = "subscriptions/listen"
LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel"
SUBSCRIPTION_KEY = "io.modelcontextprotocol/subscriptionId"
_PARAM_HEADER = MCP_PARAM_HEADER_PREFIX.lower()


@dataclass(frozen=True, slots=True)
class Listening:
    """An open subscription: what it says first, what it watches, and how it says that it has ended."""

    acknowledged: bytes
    watch: Watch
    ended: bytes


def answer(value: Any, request: Request) -> Answer:
    """Do what one message asks for."""
    _check_accept(request)
    try:
        message = _one_message(value)
        if message.kind == "notification":
            _raise(unsupported_protocol_version_rejection(request.version or ""))
            return Answer(202)
        return methods.answer(message, _speech(message, value, request), METHODS)
    except RpcError as error:
        error.status = ERROR_CODE_HTTP_STATUS.get(error.code, error.status)
        raise


def listening(body: bytes, request: Request) -> Listening:
    """Return the subscription that the body asks for, or refuse it."""
    _check_accept(request)
    value = wire.parse(body)
    try:
        message = _one_message(value)
        speech = _speech(message, value, request)
        methods.check(message, speech, {LISTEN: _never})
        return _subscription(message, speech)
    except RpcError as error:
        error.status = ERROR_CODE_HTTP_STATUS.get(error.code, error.status)
        raise


def _check_accept(request: Request) -> None:
    if not ("*/*" in request.accepted or {"application/json", "text/event-stream"} <= request.accepted):
        raise RpcError(wire.INVALID_REQUEST, "Not acceptable: send Accept: application/json, text/event-stream.", status=406)


def _one_message(value: Any) -> Message:
    message = wire.message(value)
    if message.kind == "response":
        raise RpcError(wire.INVALID_REQUEST, "Send one request or notification: nobody here waits for a response.", status=400)
    return message


def _speech(message: Message, value: dict[str, Any], request: Request) -> Speech:
    """Check the envelope against the headers, and read what the client can do."""
    try:
        route = _raise(classify_inbound_request(value, headers=request.headers))
        _check_parameters(message, request)
    except RpcError as error:
        error.request_id = message.id
        raise
    about = route.client_info if isinstance(route.client_info, dict) else {}
    named = f"{about.get('name', '')} {about.get('version', '')}".strip() or request.user_agent
    level = value["params"]["_meta"].get(LOG_LEVEL_KEY)
    return Speech(
        request,
        version=route.protocol_version,
        client=named[:100],
        capabilities=frozenset(_capabilities(route.client_capabilities)),
        log_level=(lambda: level) if level else None,
    )


def _raise(verdict: InboundModernRoute | InboundLadderRejection | None) -> Any:
    if isinstance(verdict, InboundLadderRejection):
        raise RpcError(verdict.code, verdict.message, data=verdict.data)
    return verdict


def _check_parameters(message: Message, request: Request) -> None:
    """Compare the headers that mirror arguments with the arguments, for a task and for a tool that declares such headers."""
    params = message.params or {}
    named = request.headers.get(MCP_NAME_HEADER)
    if message.method in tasks.METHODS and named is not None and decode_header_value(named) != params.get("taskId"):
        raise RpcError(HEADER_MISMATCH, f"{MCP_NAME_HEADER} header does not match the request body's 'taskId' parameter")
    tool = catalogue.of(request.surface).find(params["name"]) if message.method == "tools/call" and _is_text(params.get("name")) else None
    if tool is None or not x_mcp_header_map(tool.input_schema):
        return
    arguments = params.get("arguments")
    headers = {name: value for name, value in request.headers.items() if name.startswith(_PARAM_HEADER)}
    _raise(validate_mcp_param_headers(tool.input_schema, arguments if isinstance(arguments, dict) else {}, headers))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _capabilities(declared: Any) -> list[str]:
    """Name what a client can do as paths; elicitation without a mode means forms."""
    if not isinstance(declared, dict):
        return []
    paths = [name for name in ("sampling", "roots", "elicitation") if isinstance(declared.get(name), dict)]
    if "elicitation" in paths:
        modes = [mode for mode in ("form", "url") if isinstance(declared["elicitation"].get(mode), dict)]
        paths += [f"elicitation.{mode}" for mode in modes or ["form"]]
    extensions = declared.get("extensions")
    if isinstance(extensions, dict) and tasks.EXTENSION in extensions:
        paths.append("tasks")
    return paths


# --- Methods that only this revision has -----------------------------------------------------------------------------------------


def _discover(message: Message, speech: Speech) -> dict[str, Any]:
    surface = speech.request.surface
    return {
        "supportedVersions": list(MODERN_PROTOCOL_VERSIONS),
        "capabilities": {**methods.capabilities(surface), "extensions": {tasks.EXTENSION: {}}},
        "instructions": surface.instructions,
    }


def _never(message: Message, speech: Speech) -> dict[str, Any]:
    """Stand for a method whose answer is a stream: the view opens it, so no request gets here without asking for one."""
    raise RpcError(wire.INVALID_REQUEST, f"{LISTEN} is answered by a stream: send Accept: text/event-stream and Mcp-Method.", status=406)


METHODS: dict[str, methods.Handler] = {**methods.METHODS, **tasks.METHODS, "server/discover": _discover, LISTEN: _never}


def _subscription(message: Message, speech: Speech) -> Listening:
    if message.kind != "request":
        raise RpcError(wire.INVALID_REQUEST, f"Invalid request: {LISTEN} is answered, so it needs an id.", status=400)
    params = message.params or {}
    asked = params["notifications"]
    uris = tuple(dict.fromkeys(asked.get("resourceSubscriptions") or []))
    if len(uris) > MOST_WATCHED:
        fault = f"notifications.resourceSubscriptions names {len(uris)} resources: send at most {MOST_WATCHED}."
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {fault}", request_id=message.id)
    lists = frozenset(name for name, field in _FILTERS.items() if asked.get(field))
    honored: dict[str, Any] = {field: True for name, field in _FILTERS.items() if name in lists}
    if uris:
        honored["resourceSubscriptions"] = list(uris)
    meta = {SUBSCRIPTION_KEY: message.id}
    watch = Watch(surface=speech.request.surface, version=speech.version, lists=lists, uris=_always(uris), meta=meta)
    return Listening(
        acknowledged=wire.notification("notifications/subscriptions/acknowledged", {"notifications": honored, "_meta": meta}),
        watch=watch,
        ended=wire.success(message.id, written(LISTEN, speech.version, {"_meta": meta})),
    )


def _always(uris: tuple[str, ...]) -> Callable[[], tuple[str, ...]]:
    return lambda: uris


_FILTERS = dict(zip(LISTS, ("toolsListChanged", "promptsListChanged", "resourcesListChanged"), strict=True))
