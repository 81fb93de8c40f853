"""What the page of the documents shows: the tools as their declarations have them, and advice with its names set as code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mcp_gateway import guide
from mcp_gateway.rest import problems
from mcp_gateway.tool import Tool
from mcp_gateway.tool.signatures import default_of, kind, own_fields
from rocketsdr.accounts.quotas import PER_DAY


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One line of the table of tools."""

    tool: Tool
    description: SafeString
    arguments: list[Argument]
    hints: list[str]
    limit: str


def groups() -> dict[str, list[ToolRow]]:
    """Return the rows of the table by group."""
    return {title: [_row(tool) for tool in tools] for title, tools in guide.grouped().items()}


def coded(text: str) -> SafeString:
    """Return a text as HTML, with what stands between backticks as code."""
    pieces = text.split("`")
    code = [format_html("<code>{}</code>", piece) if number % 2 else piece for number, piece in enumerate(pieces)]
    return format_html_join("", "{}", ((piece,) for piece in code))


def advice(items: tuple[guide.Advice, ...]) -> list[SafeString]:
    """Return what holds for the tools that exist, as HTML."""
    return [coded(text) for text in guide.told(items)]


def kinds() -> list[dict[str, Any]]:
    """Return the types of problems that the REST door answers with."""
    return [{"status": status, "title": kind.title, "fix": coded(kind.fix)} for status, kind in sorted(problems.KINDS.items())]


def _row(tool: Tool) -> ToolRow:
    required = tool.input_schema.get("required", [])
    arguments = [Argument(name, kind(schema), name in required, _note(schema)) for name, schema in own_fields(tool).items()]
    limit = f"{PER_DAY[tool.quota]} a day" if tool.quota else ""
    return ToolRow(tool, coded(tool.description), arguments, _hints(tool), limit)


def _note(schema: dict[str, Any]) -> str:
    default = default_of(schema)
    return " ".join(part for part in (str(schema.get("description", "")), f"Default: {default}." if default else "") if part)


def _hints(tool: Tool) -> list[str]:
    hints = {
        "reads only": tool.read_only,
        "writes": not tool.read_only,
        "destructive": tool.destructive,
        "idempotent": tool.idempotent,
        "reaches the outside world": tool.open_world,
        "not in the default list": not tool.core,
    }
    return [hint for hint, holds in hints.items() if holds]
