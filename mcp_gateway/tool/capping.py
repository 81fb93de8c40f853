"""How long an answer may be: what a model cannot read helps nobody, and a list says where to go on instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from mcp_gateway.tool.results import PageResult, Result

MOST = 20_000  # characters of the text, and as many of the structured content
CUT = "… [cut]"
NOTE = "\n\n[Cut: an answer holds about 20,000 characters. The longest parts are shortened.]"

# How long a text and a list inside the result may be, tried one after the other until the whole of it fits.
_TRIES = [
    *((characters, None) for characters in (12_000, 8_000, 5_000, 3_000, 2_000, 1_000, 500)),
    *((500, items) for items in (100, 50, 25)),
    *((200, items) for items in (25, 10, 5, 2, 1)),
]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A result with its text and its structured content, and whether an answer can hold it: to find out is dearer than to make it."""

    result: Result
    text: str
    structured: dict[str, Any]
    fits: bool


def rendered(result: Result) -> Rendered:
    """Write a result."""
    text, structured = result.text(), result.model_dump(mode="json", by_alias=True)
    return Rendered(result, text, structured, len(text) <= MOST and len(to_json(structured)) <= MOST)


def fewer(whole: Rendered) -> int | None:
    """Return how many items of this page fit into an answer, at least one; None where the page fits or cannot be made shorter."""
    page = whole.result
    if not isinstance(page, PageResult) or whole.fits:
        return None
    name, items = _items(page)
    if len(items) <= 1:
        return None
    return max(1, _largest(len(items) - 1, lambda number: rendered(page.model_copy(update={name: items[:number]})).fits))


def fitted(whole: Rendered) -> tuple[Rendered, bool]:
    """Return the result, with its longest texts and lists cut where it would be too long; and whether they were."""
    if whole.fits:
        return whole, False
    cut = whole
    for characters, items in _TRIES:
        cut = rendered(_cut(whole.result, characters, items))
        if cut.fits:
            break
    return cut, True


def _items(page: PageResult) -> tuple[str, list[Any]]:
    """Return the field that holds the page's items."""
    return next((name, value) for name, value in page if isinstance(value, list))


def _largest(most: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number from 0 to `most` for which `holds`; it holds for all below one for which it does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _cut(value: Any, characters: int, items: int | None) -> Any:
    """Return the value with every text and every list in it cut to these lengths."""
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _cut(part, characters, items) for name, part in value})
    if isinstance(value, dict):
        return {key: _cut(part, characters, items) for key, part in list(value.items())[:items]}
    if isinstance(value, list):
        return [_cut(part, characters, items) for part in value[:items]]
    if type(value) is str and len(value) > characters:
        return value[:characters] + CUT
    return value
