"""Resources, prompts and completions as methods of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mcp_gateway import completions, library, wire
from mcp_gateway.library import Entries
from mcp_gateway.models import Ending
from mcp_gateway.protocol.conversation import conversation
from mcp_gateway.protocol.speech import Speech
from mcp_gateway.records import Entry
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import exchange
from mcp_gateway.tool.exchange import InputRequired
from mcp_gateway.wire import Message, RpcError
from rocketsdr.accounts import quotas
from rocketsdr.lib.errors import DomainError

RESOURCE_NOT_FOUND = -32002  # of the handshake revisions; later ones call it a wrong parameter

Handler = Callable[[Message, Speech], dict[str, Any]]
Listing = Callable[[Surface, frozenset[str], str | None], Entries]


def check_readable(uri: str, speech: Speech) -> None:
    """Refuse a URI at which this caller can read nothing."""
    with _refusals(speech):
        library.version_of(speech.request.surface, speech.request.actor, uri)


def _listing(key: str, entries: Listing) -> Handler:
    def answer(message: Message, speech: Speech) -> dict[str, Any]:
        request = speech.request
        with _refusals(speech):
            shown, next_cursor = entries(request.surface, request.actor.within_reach, (message.params or {}).get("cursor"))
        return {key: shown, **({"nextCursor": next_cursor} if next_cursor else {})}

    return answer


def _read(message: Message, speech: Speech) -> dict[str, Any]:
    uri = (message.params or {})["uri"]
    with _refusals(speech), _recorded(message, uri, speech):
        return {"contents": library.read(speech.request.surface, speech.request.actor, uri)}


def _get_prompt(message: Message, speech: Speech) -> dict[str, Any]:
    params = message.params or {}
    with _refusals(speech), _recorded(message, params["name"], speech):
        return library.get_prompt(speech.request.surface, speech.request.actor, params["name"], params.get("arguments"))


def _complete(message: Message, speech: Speech) -> dict[str, Any]:
    params = message.params or {}
    asked, context = params["argument"], (params.get("context") or {}).get("arguments") or {}
    with _refusals(speech):
        found = completions.complete(speech.request.surface, speech.request.actor, params["ref"], asked["name"], asked["value"], context)
    values, total, has_more = found
    return {"completion": {"values": values, "total": total, "hasMore": has_more}}


METHODS: dict[str, Handler] = {
    "resources/list": _listing("resources", library.list_resources),
    "resources/templates/list": _listing("resourceTemplates", library.list_templates),
    "resources/read": _read,
    "prompts/list": _listing("prompts", library.list_prompts),
    "prompts/get": _get_prompt,
    "completion/complete": _complete,
}


@contextmanager
def _recorded(message: Message, what: str, speech: Speech) -> Iterator[None]:
    """Count and record a reading like the call of a tool: what agents have seen stands in one log."""
    request = speech.request
    entry = Entry(request.actor, request.surface.slug, message.method, what, request.request_id, speech.client, request.now, reads=True)
    try:
        quotas.count_call(request.actor, now=request.now)
        with exchange.opened(conversation(message, speech)):
            yield
    except DomainError as error:
        entry.write(Ending.REFUSED, error.code)
        raise
    except InputRequired:
        entry.write(Ending.ASKED)
        raise
    entry.write(Ending.DONE)


@contextmanager
def _refusals(speech: Speech) -> Iterator[None]:
    """Say a refusal in the protocol's words: these methods have no result that could say it."""
    try:
        yield
    except library.UnknownResource as error:
        code = wire.INVALID_PARAMS if speech.is_modern else RESOURCE_NOT_FOUND
        raise RpcError(code, _sentence(error), data={"uri": error.context["uri"]}) from None
    except DomainError as error:
        if speech.request.actor.may_ask_for(error.context.get("scope")):
            raise speech.request.step_up(str(error.context["scope"]), _sentence(error)) from None
        data = {"code": error.code, **({"scope": error.context["scope"]} if "scope" in error.context else {})}
        raise RpcError(wire.INVALID_PARAMS, _sentence(error), data=data) from None


def _sentence(error: DomainError) -> str:
    return f"{error.message} {error.fix}".strip()
