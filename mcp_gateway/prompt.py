"""The decorator that makes a function a prompt: a worked plan that a user picks, with the workspace's own facts filled in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from mcp_gateway.tool import Arguments, faults
from mcp_gateway.tool.wording import short
from rocketsdr.accounts.actor import SCOPES, Actor

Message = Mapping[str, Any]  # {"role": …, "content": …} in the official shape, whatever block the content is
Messages = str | Sequence[str | Message]

A = TypeVar("A", bound=Arguments)


class BadPrompt(TypeError):
    """A prompt's declaration breaks a rule; the message names the prompt and the rule."""


@dataclass(frozen=True)
class Prompt:
    """One prompt: what it is called, what it is good for, what it takes and which scopes the facts in it need."""

    name: str
    title: str
    description: str
    scopes: frozenset[str]
    arguments: type[Arguments]
    run: Callable[[Actor, Any], Messages]

    def is_for(self, scopes: frozenset[str]) -> bool:
        """Say whether a credential with these scopes may have it."""
        return self.scopes <= scopes

    def entry(self) -> dict[str, Any]:
        """Describe it the way prompts/list does."""
        taken = [
            {"name": field.alias or name, "description": field.description, "required": field.is_required()}
            for name, field in self.arguments.model_fields.items()
        ]
        return {"name": self.name, "title": self.title, "description": self.description, "arguments": taken}

    def parse(self, arguments: Mapping[str, Any]) -> Arguments:
        """Return the checked arguments, or refuse with one sentence for each fault."""
        return faults.checked(self.arguments, arguments, of=self.name)

    def messages(self, actor: Actor, args: Arguments) -> list[dict[str, Any]]:
        """Return its messages in the official shape."""
        made = self.run(actor, args)
        return [_message(each) for each in ([made] if isinstance(made, str) else made)]


def prompt(*, title: str, scopes: tuple[str, ...] = ()) -> Callable[[Callable[[Actor, A], Messages]], Prompt]:
    """Make a function of an actor and arguments a prompt; its docstring is the description.

    A text alone is a message of the user. The credential must hold all of the `scopes`.
    """

    def declare(function: Callable[[Actor, A], Messages]) -> Prompt:
        declared = Prompt(
            name=function.__name__,
            title=title,
            description=" ".join((inspect.getdoc(function) or "").split()),
            scopes=frozenset(scopes),
            arguments=get_type_hints(function).get("args", Arguments),
            run=function,
        )
        if broken := _broken_rule(declared):
            raise BadPrompt(f"The prompt {declared.name} {broken}.")
        return declared

    return declare


def _broken_rule(prompt: Prompt) -> str:
    unknown, fields = prompt.scopes - SCOPES.keys(), prompt.arguments.model_fields
    rules = {
        "has no docstring of whole sentences: say what it is good for": prompt.description.endswith("."),
        f"names the scope {next(iter(unknown), '')}, which does not exist": not unknown,
        "takes an argument without a description": all(field.description for field in fields.values()),
    }
    return next((broken for broken, kept in rules.items() if not kept), "")


def _message(made: str | Message) -> dict[str, Any]:
    return {"role": "user", "content": {"type": "text", "text": short(made)}} if isinstance(made, str) else dict(made)
