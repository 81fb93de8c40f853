"""What a tool gives: fields for programs, a text for the model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import BaseModel

SHOWN_ONCE = "shown once"  # stands for a secret wherever an answer is kept
ERROR_FIELDS = frozenset({"code", "message", "fix", "field_errors", "failed_gates", "retry_after_s"})


class Result(BaseModel):
    """What a tool gives. The fields are for programs; `text` is what the model reads.

    `volatile` names the fields that differ between two calls that do the same (new ids, times); `secret_fields` those that are told
    once and kept nowhere.
    """

    volatile: ClassVar[frozenset[str]] = frozenset()
    secret_fields: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def text(self) -> str:
        """Say the result in markdown."""

    def promise(self) -> dict[str, Any]:
        """Return what a caller who confirms the call has agreed to: the same for two calls that would do the same."""
        return self.model_dump(mode="json", exclude=set(self.volatile))

    def veiled(self) -> Self:
        """Return the result as it may be kept: without its secrets."""
        return self.model_copy(update={name: _veiled(getattr(self, name)) for name in self.secret_fields})

    def content(self) -> list[dict[str, Any]] | None:
        """Return what the client is shown beside the text, as content blocks of MCP; None shows the text alone."""
        return None


class PageResult(Result):
    """One page of a list."""

    total: int
    next_cursor: str | None = None

    def more(self) -> str:
        """Say how to get the next page; nothing on the last one."""
        return f'\n\nMore: call again with cursor "{self.next_cursor}".' if self.next_cursor else ""


def _veiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _veiled(item) for key, item in value.items()}
    return None if value is None else SHOWN_ONCE


def one_line(text: str) -> str:
    """Return the text without line breaks, so that it can never pass for markup of ours."""
    return " ".join(text.split())


def listing(items: Iterable[tuple[int, str, str]], *, empty: str) -> str:
    """Return the list that existing clients parse: id and name on one line, the description indented below."""
    return "\n".join([_item(*item) for item in items]) or empty


def _item(number: int, name: str, description: str) -> str:
    below = one_line(description).lstrip("-*# ")  # a line that starts like markup would not be read as the description
    above = f"- **ID: {number}** - {one_line(name)}"
    return f"{above}\n  {below}" if below else above
