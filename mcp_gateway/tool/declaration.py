"""The decorator that makes a function a tool, and the rules that every tool keeps; a broken one stops the start."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Required, TypedDict, TypeVar, Unpack, get_type_hints

from pydantic.fields import FieldInfo

from mcp_gateway.tool import faults, schemas
from mcp_gateway.tool.arguments import ActArguments, Arguments, WriteArguments
from mcp_gateway.tool.results import ERROR_FIELDS, Result
from rocketsdr.accounts.actor import SCOPES, Actor
from rocketsdr.accounts.quotas import PER_DAY

A = TypeVar("A", bound=Arguments)
R = TypeVar("R", bound=Result)
_TEXT = FieldInfo(annotation=str)


class BadTool(TypeError):
    """A tool's declaration breaks a rule; the message names the tool and the rule."""


@dataclass(frozen=True)
class Tool:
    """One tool: what it is called, what it does in the world, who may call it and what a call costs."""

    name: str
    title: str
    description: str
    doing: str
    scope: str | None
    arguments: type[Arguments]
    result: type[Result]
    run: Callable[[Actor, Any], Result]
    quota: str | None = None
    cost: int = 1
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False
    core: bool = True
    reports: bool = False
    act: bool = False
    long_running: bool = False
    aliases: tuple[str, ...] = ()

    def parse(self, arguments: dict[str, Any]) -> Arguments:
        """Return the checked arguments, or refuse with one sentence for each fault."""
        return faults.checked(self.arguments, arguments, of=self.name)

    @cached_property
    def input_schema(self) -> schemas.Schema:
        return schemas.input_schema(self.arguments)

    @cached_property
    def output_schema(self) -> schemas.Schema:
        return schemas.output_schema(self.result, act=self.act)


class Options(TypedDict, total=False):
    """What a declaration may say of a tool; what it leaves out is as in `Tool`."""

    doing: Required[str]
    scope: Required[str | None]
    title: str
    quota: str | None
    cost: int
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    core: bool
    reports: bool
    act: bool
    long_running: bool
    aliases: tuple[str, ...]


def tool(**options: Unpack[Options]) -> Callable[[Callable[[Actor, A], R]], Tool]:
    """Make a function of an actor and arguments a tool.

    `doing` completes the sentence "Error …: …"; `scope` is what the credential must hold, None for what any may do. A core tool
    stands in every list; the others can be called all the same. A tool that `reports` tells its client meanwhile how far it is.
    An `act` starts sending, answers, spends or lifts a protection: the approval policy decides whether it needs somebody's word first.
    The work of a `long_running` one goes on after the answer, which names the job.
    """

    def declare(function: Callable[[Actor, A], R]) -> Tool:
        name, hints = function.__name__, get_type_hints(function)
        said: Options = {"title": name.replace("_", " ").capitalize(), **options}
        declared = Tool(
            name=name,
            description=inspect.getdoc(function) or "",
            arguments=hints.get("args", Arguments),
            result=hints.get("return", Result),
            run=function,
            **said,
        )
        if broken := _broken_rule(declared):
            raise BadTool(f"The tool {name} {broken}.")
        return declared

    return declare


def _broken_rule(tool: Tool) -> str:
    """Return what the declaration lacks, as the end of a sentence; empty for a good one."""
    rules = {
        "has no docstring of whole sentences: say what it does in the world": tool.description.endswith("."),
        f"names the scope {tool.scope}, which does not exist": tool.scope is None or tool.scope in SCOPES,
        f"names the quota {tool.quota}, which does not exist": tool.quota is None or tool.quota in PER_DAY,
        "writes, so its arguments derive from WriteArguments": tool.read_only or issubclass(tool.arguments, WriteArguments),
        "only reads, so its arguments cannot derive from WriteArguments": not (
            tool.read_only and issubclass(tool.arguments, WriteArguments)
        ),
        "only reads, so it destroys nothing": not (tool.read_only and tool.destructive),
        "is an act if and only if its arguments derive from ActArguments": tool.act == issubclass(tool.arguments, ActArguments),
        "is an act, so the status in its result is any text": not tool.act
        or tool.result.model_fields.get("status", _TEXT).annotation is str,
        "names a secret or volatile field that its result does not have": (
            tool.result.secret_fields | tool.result.volatile <= tool.result.model_fields.keys()
        ),
        "gives a result without text()": not inspect.isabstract(tool.result),
        f"gives a field that errors have too ({', '.join(sorted(ERROR_FIELDS))})": not ERROR_FIELDS & tool.result.model_fields.keys(),
    }
    return next((broken for broken, kept in rules.items() if not kept), "")
