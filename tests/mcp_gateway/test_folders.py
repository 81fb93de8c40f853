"""Pages of a list: each entry stands on exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mcp_gateway.folders import page
from rocketsdr.lib.errors import Invalid


@dataclass
class Entry:
    name: str


ENTRIES = [Entry(f"entry_{number}") for number in range(7)]


@pytest.mark.parametrize("size", [1, 3, 7, 30])
def test_the_pages_together_are_the_list(size):
    seen: list[Entry] = []
    cursor = None
    while True:
        shown, cursor = page(ENTRIES, cursor, size)
        seen += shown
        if cursor is None:
            break
    assert seen == ENTRIES


def test_an_empty_list_has_one_empty_page():
    assert page([], None, 30) == ((), None)


@pytest.mark.parametrize("cursor", ["x", "é", "bm90aGluZw==", "!!!"])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor):
    with pytest.raises(Invalid, match="cursor is none of ours"):
        page(ENTRIES, cursor, 3)
