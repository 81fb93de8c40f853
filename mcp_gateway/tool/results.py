"""What a tool gives: fields for programs, a text for the model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from pydantic import BaseModel

ERROR_FIELDS = frozenset({"code", "message", "fix", "field_errors", "failed_gates", "retry_after_s"})


class Result(BaseModel):
    """What a tool gives. The fields are for programs; `text` is what the model reads."""

    @abstractmethod
    def text(self) -> str:
        """Say the result in markdown."""


class PageResult(Result):
    """One page of a list."""

    total: int
    next_cursor: str | None = None

    def more(self) -> str:
        """Say how to get the next page; nothing on the last one."""
        return f'\n\nMore: call again with cursor "{self.next_cursor}".' if self.next_cursor else ""


def one_line(text: str) -> str:
    """Return the text without line breaks, so that it can never pass for markup of ours."""
    return " ".join(text.split())


def listing(items: Iterable[tuple[int, str, str]], *, empty: str) -> str:
    """Return the list that existing clients parse: id and name on one line, the description indented below."""
    lines = [line for item in items for line in _item(*item)]
    return "\n".join(lines) or empty


def _item(number: int, name: str, description: str) -> list[str]:
    below = one_line(description).lstrip("-*# ")  # a line that starts like markup would not be read as the description
    return [f"- **ID: {number}** - {one_line(name)}", *([f"  {below}"] if below else [])]
