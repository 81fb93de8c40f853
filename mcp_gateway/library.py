"""Which resources and prompts a surface has, and reading them: what is not there, and what is somebody else's, look the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from mcp_gateway import folders
from mcp_gateway.prompt import BadPrompt, Prompt
from mcp_gateway.resource import BadResource, Resource
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import FieldError, InvalidArguments, refusal
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import DomainError, NotFound

LONGEST_URI = 2_000
SHOWN = 200  # characters of an unknown name or URI that are repeated to the caller

Declared = Resource | Prompt
Entries = tuple[list[dict[str, Any]], str | None]


class UnknownResource(NotFound):
    code = "unknown_resource"


class UnknownPrompt(NotFound):
    code = "unknown_prompt"


@cache
def resources(surface: Surface) -> tuple[Resource, ...]:
    """Return the surface's resources and templates by name; its folder is read once."""
    return tuple(folders.declarations(surface.resources, Resource, broken=BadResource)) if surface.resources else ()


@cache
def prompts(surface: Surface) -> tuple[Prompt, ...]:
    """Return the surface's prompts by name; its folder is read once."""
    return tuple(folders.declarations(surface.prompts, Prompt, broken=BadPrompt)) if surface.prompts else ()


def load(surface: Surface) -> None:
    """Read the surface's folders, so that a broken resource or prompt stops the start."""
    resources(surface)
    prompts(surface)


def names(surface: Surface, scopes: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the names in each list that a credential with these scopes is shown."""
    listed: dict[str, tuple[Declared, ...]] = {"resources": resources(surface), "prompts": prompts(surface)}
    return {kind: tuple(each.name for each in group if each.is_for(scopes)) for kind, group in listed.items()}


# --- Lists -----------------------------------------------------------------------------------------------------------------------


def list_resources(surface: Surface, scopes: frozenset[str], cursor: str | None = None) -> Entries:
    """Return one page of the resources that a credential with these scopes may read, and the cursor of the next page."""
    return _entries([each for each in resources(surface) if not each.is_template], surface, scopes, cursor)


def list_templates(surface: Surface, scopes: frozenset[str], cursor: str | None = None) -> Entries:
    """Return one page of the templates that a credential with these scopes may read, and the cursor of the next page."""
    return _entries([each for each in resources(surface) if each.is_template], surface, scopes, cursor)


def list_prompts(surface: Surface, scopes: frozenset[str], cursor: str | None = None) -> Entries:
    """Return one page of the prompts that a credential with these scopes may have, and the cursor of the next page."""
    return _entries(prompts(surface), surface, scopes, cursor)


def _entries(listed: Sequence[Declared], surface: Surface, scopes: frozenset[str], cursor: str | None) -> Entries:
    shown, next_cursor = folders.page([each for each in listed if each.is_for(scopes)], cursor, surface.page_size)
    return [each.entry() for each in shown], next_cursor


# --- Reading ---------------------------------------------------------------------------------------------------------------------


def read(surface: Surface, actor: Actor, uri: str) -> list[dict[str, Any]]:
    """Return the contents of the resource at a URI, in the official shape."""
    found, variables = _found(surface, actor, uri)
    try:
        return found.read(actor, uri, variables)
    except NotFound:
        raise _unknown(uri) from None


def version_of(surface: Surface, actor: Actor, uri: str) -> str:
    """Return a text that changes when what `read` gives for this URI does; for campaigns and threads it takes one statement."""
    found, variables = _found(surface, actor, uri)
    try:
        if found.version is not None:
            return found.version(actor, **variables)
        contents = found.read(actor, uri, variables)
    except NotFound:
        raise _unknown(uri) from None
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def template(surface: Surface, uri: str) -> Resource:
    """Return the resource or template that has this URI, variables as they stand in it."""
    found = next((each for each in resources(surface) if each.uri == uri), None)
    if found is None:
        raise _unknown(uri, "resources/templates/list names the templates.")
    return found


def _found(surface: Surface, actor: Actor, uri: str) -> tuple[Resource, dict[str, Any]]:
    for each in resources(surface) if len(uri) <= LONGEST_URI else ():
        values = each.match(uri)
        if values is None:
            continue
        if each.scope is not None:
            actor.require(each.scope)
        try:
            return each, each.parse(values)
        except InvalidArguments as error:
            raise _unknown(uri, error.message) from None
    raise _unknown(uri)


def _unknown(uri: str, fix: str = "resources/list and resources/templates/list name them.") -> UnknownResource:
    return UnknownResource(f"Unknown resource: {uri[:SHOWN]}.", fix=fix, uri=uri[:LONGEST_URI])


# --- Prompts ---------------------------------------------------------------------------------------------------------------------


def get_prompt(surface: Surface, actor: Actor, name: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the description and the messages of a prompt, filled in with this caller's facts."""
    found = find_prompt(surface, name)
    actor.require(*sorted(found.scopes))
    given = arguments or {}
    try:
        return {"description": found.description, "messages": found.messages(actor, found.parse(given))}
    except NotFound as error:
        raise _named(error, given) from None


def _named(error: NotFound, given: dict[str, Any]) -> DomainError:
    """Say which argument names nothing that the caller's workspace has."""
    field = next((name for name in given if name in error.context), "")
    return refusal([FieldError(field, f'{field} is "{given[field]}": {error.message} {error.fix}'.strip())]) if field else error


def find_prompt(surface: Surface, name: str) -> Prompt:
    """Return the prompt of that name."""
    by_name = {each.name: each for each in prompts(surface)}
    if name not in by_name:
        close = next(iter(get_close_matches(name, by_name, n=1)), "")
        hint = f" Did you mean {close}?" if close else ""
        raise UnknownPrompt(f"Unknown prompt: {name[:SHOWN]}.{hint}", fix="prompts/list names the prompts.")
    return by_name[name]
