"""The decorator that makes a function a resource: something to read at a URI. One with variables in its URI is a template.

Templates are those of RFC 6570 in their simplest form: `outreach://campaigns/{id}`.
"""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints
from urllib.parse import unquote

from pydantic import create_model
from pydantic_core import to_json

from mcp_gateway.tool import Arguments, Result, capping, faults
from mcp_gateway.tool.wording import short
from rocketsdr.accounts.actor import SCOPES, Actor

JSON, MARKDOWN = "application/json", "text/markdown"
Block = Mapping[str, Any]  # contents in the official shape, as far as they differ from what the declaration says
Part = Result | str | bytes | Block
Content = Part | Sequence[Part]

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class BadResource(TypeError):
    """A resource's declaration breaks a rule; the message names the resource and the rule."""


@dataclass(frozen=True)
class Resource:
    """One resource or template: where it is read, what it holds and who may read it. `version` changes when its contents do."""

    name: str
    title: str
    description: str
    uri: str
    mime_type: str
    scope: str | None
    variables: type[Arguments]
    run: Callable[..., Content]
    version: Callable[..., str] | None

    @property
    def is_template(self) -> bool:
        return bool(self.variables.model_fields)

    def is_for(self, scopes: frozenset[str]) -> bool:
        """Say whether a credential with these scopes may read it."""
        return self.scope is None or self.scope in scopes

    def entry(self) -> dict[str, Any]:
        """Describe it the way resources/list and resources/templates/list do."""
        where = "uriTemplate" if self.is_template else "uri"
        described = {"name": self.name, "title": self.title, "description": self.description, "mimeType": self.mime_type}
        return {where: self.uri, **described}

    def match(self, uri: str) -> dict[str, str] | None:
        """Return the values of the variables if this is the resource of that URI."""
        found = self._pattern.fullmatch(uri)
        try:
            return None if found is None else {name: unquote(value, errors="strict") for name, value in found.groupdict().items()}
        except UnicodeDecodeError:
            return None

    def parse(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Return the checked variables by the names of the function's arguments, or refuse with one sentence for each fault."""
        return {_argument(self.run, name): value for name, value in faults.checked(self.variables, values, of=self.uri)}

    def read(self, actor: Actor, uri: str, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return its contents in the official shape."""
        made = self.run(actor, **variables)
        parts = made if isinstance(made, Sequence) and not isinstance(made, str | bytes) else [made]
        return [{"uri": uri, "mimeType": self.mime_type, **_block(part, self.mime_type)} for part in parts]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = _VARIABLE.split(self.uri)  # literal text and variables take turns
        return re.compile("".join(f"(?P<{part}>[^/?#]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)))


def resource(
    *, uri: str, title: str, mime_type: str = JSON, scope: str | None, version: Callable[..., str] | None = None
) -> Callable[[Callable[..., Content]], Resource]:
    """Make a function of an actor and the URI's variables a resource; its docstring is the description.

    A variable is an argument of the same name, with an underscore behind it where Python has that name already. `scope` is what the
    credential must hold, None for what any may read. `version` takes the same arguments; without one the contents are compared.
    """

    def declare(function: Callable[..., Content]) -> Resource:
        hints = get_type_hints(function, include_extras=True)
        names = _VARIABLE.findall(uri)
        arguments = {name: hints.get(_argument(function, name)) for name in names}
        name = function.__name__
        if missing := [name for name, hint in arguments.items() if hint is None]:
            raise BadResource(f"The resource {name} takes no argument {missing[0]}, which its URI names.")
        fields: dict[str, Any] = {name: (hint, ...) for name, hint in arguments.items()}
        declared = Resource(
            name=name,
            title=title,
            description=" ".join((inspect.getdoc(function) or "").split()),
            uri=uri,
            mime_type=mime_type,
            scope=scope,
            variables=create_model(f"{name}_variables", __base__=Arguments, **fields),
            run=function,
            version=version,
        )
        if broken := _broken_rule(declared):
            raise BadResource(f"The resource {name} {broken}.")
        return declared

    return declare


def _broken_rule(resource: Resource) -> str:
    rules = {
        "has no docstring of whole sentences: say what it holds": resource.description.endswith("."),
        f"names the scope {resource.scope}, which does not exist": resource.scope is None or resource.scope in SCOPES,
        f"has the URI {resource.uri}: write scheme://path": re.match(r"[a-z][a-z0-9+.-]*://", resource.uri) is not None,
        "takes an argument that its URI does not name": len(inspect.signature(resource.run).parameters)
        == 1 + len(resource.variables.model_fields),
    }
    return next((broken for broken, kept in rules.items() if not kept), "")


def _argument(function: Callable[..., Content], variable: str) -> str:
    return f"{variable}_" if f"{variable}_" in inspect.signature(function).parameters else variable


def _block(part: Part, mime_type: str) -> dict[str, Any]:
    """Write one content: text within the length of an answer, or bytes in base64."""
    if isinstance(part, bytes):
        return {"blob": base64.b64encode(part).decode()}
    if isinstance(part, Result):
        return {"text": _written(part, mime_type)}
    return {"text": short(part)} if isinstance(part, str) else dict(part)


def _written(result: Result, mime_type: str) -> str:
    """Write a result as its tool's structured content or as its text has it; what is cut says so."""
    shown, is_cut = capping.fitted(capping.rendered(result))
    if mime_type == JSON:
        return to_json({**shown.structured, **({"truncated": True} if is_cut else {})}).decode()
    return short(shown.text + (capping.NOTE if is_cut else ""))
