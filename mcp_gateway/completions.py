"""What a client can offer while somebody fills in a prompt or a template: values of the caller's own workspace, never a stranger's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from campaigns.queries import completions, targeting
from campaigns.queries.completions import Matches
from campaigns.rules.targeting.search import TYPES
from mcp_gateway import library
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import Arguments, FieldError, refusal
from mcp_gateway.tool.named import Completes
from rocketsdr.accounts.actor import Actor

MOST = 100  # values in one answer; the protocol allows no more
LONGEST = 200  # characters of what has been typed that count

Context = Mapping[str, str]
Find = Callable[[Actor, str, Context], Matches]


class Completion(NamedTuple):
    """Some values, how many there are in all, and whether more would fit than are shown."""

    values: list[str]
    total: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are found, and the scope that lets a caller see them."""

    scope: str
    find: Find


def complete(
    surface: Surface, actor: Actor, ref: Mapping[str, Any], argument: str, value: str, context: Context | None = None
) -> Completion:
    """Return values for an argument that begin like what has been typed, or are named like it; nothing where nothing is known of it.

    `ref` is `{"type": "ref/prompt", "name": …}` or `{"type": "ref/resource", "uri": …}`, the URI as the list of templates has it.
    """
    field = _field(surface, ref, argument)
    typed = value.strip()[:LONGEST]
    found = _of_literal(field, typed) or _of_kind(field, argument, actor, typed, context or {})
    return Completion(found.values, found.total, found.total > len(found.values))


def _field(surface: Surface, ref: Mapping[str, Any], argument: str) -> FieldInfo:
    """Return what is declared of the argument."""
    of_prompt = ref.get("type") == "ref/prompt"
    name = str(ref.get("name" if of_prompt else "uri", ""))
    model: type[Arguments] = library.find_prompt(surface, name).arguments if of_prompt else library.template(surface, name).variables
    fields = {field.alias or plain: field for plain, field in model.model_fields.items()}
    if argument not in fields:
        known = ", ".join(fields) or "none"
        raise refusal([FieldError("argument.name", f"argument.name is {argument[:LONGEST]}: {name} takes {known}.")])
    return fields[argument]


def _of_literal(field: FieldInfo, typed: str) -> Matches | None:
    """Return the values that the declaration itself lists."""
    choices = [
        choice for kind in (field.annotation, *get_args(field.annotation)) if get_origin(kind) is Literal for choice in get_args(kind)
    ]
    if not choices:
        return None
    fitting = [str(choice) for choice in choices if typed.lower() in str(choice).lower()]
    ordered = sorted(fitting, key=lambda choice: not choice.lower().startswith(typed.lower()))
    return Matches(ordered[:MOST], len(ordered))


def _of_kind(field: FieldInfo, argument: str, actor: Actor, typed: str, context: Context) -> Matches:
    kind = _KINDS.get(_marked(field) or argument)
    if kind is None or kind.scope not in actor.scopes:
        return Matches([], 0)
    return kind.find(actor, typed, context)


def _marked(field: FieldInfo) -> str:
    """Return the kind that the declaration names; a union carries its marks in its members."""
    marks = [*field.metadata, *(mark for member in get_args(field.annotation) for mark in get_args(member)[1:])]
    return next((mark.kind for mark in marks if isinstance(mark, Completes)), "")


def _targeting_values(actor: Actor, typed: str, context: Context) -> Matches:
    """Return what the workspace's leads have: titles, or values of the type that stands beside it."""
    chosen = context.get("type", "title")
    found = targeting.targeting_values(actor=actor, type=chosen if chosen in TYPES else "title", text=typed, limit=MOST)
    return Matches([each.value for each in found.values], found.total)


def _by(find: Callable[..., Matches]) -> Find:
    return lambda actor, typed, context: find(actor=actor, text=typed, limit=MOST)


_KINDS: dict[str, Kind] = {
    "campaign_id": Kind("campaigns:read", _by(completions.campaign_ids)),
    "product_id": Kind("campaigns:read", _by(completions.product_ids)),
    "persona_id": Kind("campaigns:read", _by(completions.persona_ids)),
    "sender_id": Kind("senders:read", _by(completions.sender_ids)),
    "thread_id": Kind("inbox:read", _by(completions.thread_ids)),
    "email": Kind("leads:read", _by(completions.lead_emails)),
    "targeting_value": Kind("leads:read", _targeting_values),
}
