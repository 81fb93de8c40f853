"""Pages of a list that the caller sends with every call: the cursor fits that list alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rocketsdr.lib.errors import Invalid


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a list that stands on a page, and the cursor of the next one."""

    start: int
    end: int
    next_cursor: str | None


def span_of(given: Sequence[str], *, field: str, limit: int, cursor: str | None) -> Span:
    """Return the page that a cursor leads to; the first one without."""
    start = _start(given, field, cursor)
    end = min(start + limit, len(given))
    return Span(start, end, f"{_mark(given)}.{end}" if end < len(given) else None)


def _start(given: Sequence[str], field: str, cursor: str | None) -> int:
    if not cursor:
        return 0
    mark, _, place = cursor.partition(".")
    if mark != _mark(given) or not (place.isdecimal() and len(place) <= len(str(len(given))) and int(place) < len(given)):
        raise Invalid(
            f"The cursor {cursor[:40]!r} is none of these {'addresses' if field == 'emails' else field}.",
            field="cursor",
            fix=f"Send the same {field} as in the call that returned it, or leave the cursor out for the first page.",
        )
    return int(place)


def _mark(given: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(given).encode("utf-8", "replace")).hexdigest()[:12]
