"""How results are worded: short, and so that no name from a file or an e-mail can pass for a part of the text that is ours."""

from __future__ import annotations

from mcp_gateway.tool import capping
from mcp_gateway.tool.results import one_line

BRIEF = 300  # characters of a description that a list shows; the structured result has it whole


def brief(text: str) -> str:
    """Return the beginning of a text, on one line."""
    line = one_line(text)
    return line if len(line) <= BRIEF else f"{line[: BRIEF - 1].rstrip()}…"


def cell(text: str) -> str:
    """Return a text that stands between the bars of a line: it can add no bar of its own."""
    return brief(text).replace("|", "/")


def count(number: int, noun: str) -> str:
    """Return `1 e-mail` or `1,200 e-mails`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def lines(*parts: str) -> str:
    """Return the parts below each other; empty ones are left out."""
    return "\n".join(part for part in parts if part)


def short(text: str) -> str:
    """Return a text that is no longer than an answer may be."""
    return text if len(text) <= capping.MOST else text[: capping.MOST - len(capping.NOTE)] + capping.NOTE
