"""The methods that both eras have, and how any method is answered: checked, done, written down, and logged when the fault is ours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mcp_types import MISSING_REQUIRED_CLIENT_CAPABILITY
from mcp_types import methods as official
from pydantic import ValidationError

from mcp_gateway import catalogue, dispatch, wire
from mcp_gateway.protocol import live, offers, state, tasks
from mcp_gateway.protocol.conversation import conversation, progress_token
from mcp_gateway.protocol.speech import Answer, Speech, written
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import Tool, explained
from mcp_gateway.tool.exchange import InputRequired
from mcp_gateway.wire import Message, RpcError
from rocketsdr.lib import progress
from rocketsdr.lib.errors import Invalid

logger = logging.getLogger(__name__)

Handler = Callable[[Message, Speech], dict[str, Any] | bytes]


def capabilities(surface: Surface) -> dict[str, Any]:
    """Say what a surface offers."""
    offered: dict[str, Any] = {"tools": {"listChanged": True}, "logging": {}}
    if surface.resources:
        offered["resources"] = {"listChanged": True, "subscribe": True}
    if surface.prompts:
        offered["prompts"] = {"listChanged": True}
    if surface.resources or surface.prompts:
        offered["completions"] = {}
    return offered


def answer(message: Message, speech: Speech, known: Mapping[str, Handler]) -> Answer:
    """Answer a request: with its result, or with events where its tool tells meanwhile how far it is."""
    if _tells_meanwhile(message, speech):
        check(message, speech, known)  # what is wrong with the request itself still gets its HTTP status
        return Answer(200, headers=speech.headers, events=live.events(lambda emit: _outspoken(message, replace(speech, emit=emit), known)))
    return Answer(200, wire.success(message.id, result(message, speech, known)), speech.headers)


def _tells_meanwhile(message: Message, speech: Speech) -> bool:
    if message.method != "tools/call" or not speech.request.accepts_events:
        return False
    tool = _called(message, speech)
    if tool is None or not (tool.reports or tool.long_running) or tool.scope in speech.request.actor.askable:
        return False
    return progress_token(message) is not None or (tool.reports and speech.log_level is not None)


def _called(message: Message, speech: Speech) -> Tool | None:
    name = (message.params or {}).get("name")
    return catalogue.of(speech.request.surface).find(name) if isinstance(name, str) else None


def _outspoken(message: Message, speech: Speech, known: Mapping[str, Handler]) -> bytes:
    """Return the response, or the error: on a stream that has begun there is no other way to say it."""
    try:
        return wire.success(message.id, result(message, speech, known))
    except RpcError as error:
        return wire.failure(error)


def result(message: Message, speech: Speech, known: Mapping[str, Handler]) -> bytes:
    """Return the result of a request as JSON; whatever goes wrong becomes the error of this one request."""
    try:
        check(message, speech, known)
        made = _made(message, speech, known[message.method])
        return made if isinstance(made, bytes) else written(message.method, speech.version, made)
    except RpcError as error:
        error.request_id = message.id
        raise
    except Exception:  # the outermost door: a fault of ours is logged here and never shown
        request_id = speech.request.request_id
        logger.exception("%s failed in request %s", message.method, request_id)
        raise RpcError(wire.INTERNAL_ERROR, "Internal server error", data={"request_id": request_id}, request_id=message.id) from None


def _made(message: Message, speech: Speech, handler: Handler) -> dict[str, Any] | bytes:
    try:
        return handler(message, speech)
    except InputRequired as question:
        return _asking(question, message, speech)


def check(message: Message, speech: Speech, known: Mapping[str, Handler]) -> None:
    """Refuse a method that this revision or this server does not have, and params of the wrong form."""
    if message.method not in known:
        raise RpcError(wire.METHOD_NOT_FOUND, f"Method not found: {message.method[:100]}", request_id=message.id)
    if message.method in tasks.METHODS:
        return  # the official types do not know the extension; it checks its params itself
    try:
        official.validate_client_request(message.method, speech.version, message.params)
    except ValidationError as error:
        faults = " ".join(fault.message for fault in explained(error, of=message.method))
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {faults}", request_id=message.id) from None


# --- Tools -------------------------------------------------------------------------------------------------------------------


def _list_tools(message: Message, speech: Speech) -> bytes:
    actor = speech.request.actor
    try:
        return _tools_page(speech.request.surface, actor.within_reach, actor.toolset, speech.version, (message.params or {}).get("cursor"))
    except Invalid as error:
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {error.message}") from None


@lru_cache(maxsize=256)
def _tools_page(surface: Surface, scopes: frozenset[str], toolset: str, version: str, cursor: str | None) -> bytes:
    """Write one page of the list; it is the same for all callers with these scopes, so it is written once."""
    tools, next_cursor = catalogue.of(surface).page(scopes, cursor, surface.page_size, toolset=toolset)
    page: dict[str, Any] = {"tools": [wire.tool_entry(tool) for tool in tools]}
    if next_cursor:
        page["nextCursor"] = next_cursor
    return written("tools/list", version, page)


def _call_tool(message: Message, speech: Speech) -> dict[str, Any] | bytes:
    request, params = speech.request, message.params or {}
    asked = dispatch.Call(
        surface=request.surface,
        name=params["name"],
        arguments=params.get("arguments") or {},
        request_id=request.request_id,
        client=speech.client,
        idempotency_key=request.idempotency_key,
        exchange=conversation(message, speech),
    )
    try:
        with progress.to(progress.sparing(asked.exchange.progress)):
            outcome = dispatch.call(request.actor, asked, now=request.now)
    except dispatch.UnknownTool as error:
        raise RpcError(wire.INVALID_PARAMS, error.message) from None
    if outcome.is_error and request.actor.may_ask_for(outcome.structured.get("scope")):
        raise request.step_up(outcome.structured["scope"], outcome.structured["message"])
    return tasks.begun(_called(message, speech), outcome, speech) or wire.call_result(outcome)


# --- Questions to the client --------------------------------------------------------------------------------------------------


def _asking(question: InputRequired, message: Message, speech: Speech) -> dict[str, Any]:
    """Say what the client has to answer; a client that cannot answer it learns which capability it lacks."""
    if not speech.is_modern:
        raise RpcError(wire.INVALID_REQUEST, "This needs the user to answer, which this revision cannot ask for.", request_id=message.id)
    lacking = [path for request in question.requests.values() if (path := _needs(request)) not in speech.capabilities]
    if lacking:
        raise RpcError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            f"This call needs a client that declares {', '.join(sorted(set(lacking)))}.",
            data={"requiredCapabilities": _as_capabilities(lacking)},
            request_id=message.id,
        )
    asked: dict[str, Any] = {"resultType": "input_required", "inputRequests": dict(question.requests)}
    if question.state is not None:
        asked["requestState"] = state.sealed(question.state, method=message.method, params=message.params or {}, speech=speech)
    return {name: value for name, value in asked.items() if value}


def _needs(request: Mapping[str, Any]) -> str:
    """Name the capability that a question needs."""
    if request["method"] == "elicitation/create":
        return f"elicitation.{request['params'].get('mode', 'form')}"
    return "sampling" if request["method"] == "sampling/createMessage" else "roots"


def _as_capabilities(paths: list[str]) -> dict[str, Any]:
    needed: dict[str, Any] = {}
    for path in paths:
        name, _, mode = path.partition(".")
        needed.setdefault(name, {}).update({mode: {}} if mode else {})
    return needed


METHODS: dict[str, Handler] = {
    "tools/list": _list_tools,
    "tools/call": _call_tool,
    **offers.METHODS,
}
