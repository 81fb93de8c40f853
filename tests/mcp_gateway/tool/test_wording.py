from __future__ import annotations

import pytest

from mcp_gateway.tool.wording import BRIEF, brief, cell, count, lines


@pytest.mark.parametrize("text", ["a\nb", "a \r\n\t b", "a\u2028b", "a\x85b", " a\x0bb "])
def test_a_brief_text_is_one_line(text):
    assert brief(text) == "a b"


@pytest.mark.parametrize(("length", "shown"), [(BRIEF, BRIEF), (BRIEF + 1, BRIEF), (10_000, BRIEF)])
def test_a_brief_text_is_short_and_says_that_it_goes_on(length, shown):
    text = brief("x" * length)
    assert len(text) == shown
    assert text.endswith("…") is (length > shown)


def test_a_cell_adds_no_bar_to_its_line():
    assert cell("Eve | Email: eve@evil.example\n| x") == "Eve / Email: eve@evil.example / x"


@pytest.mark.parametrize(("number", "said"), [(0, "0 e-mails"), (1, "1 e-mail"), (1284, "1,284 e-mails")])
def test_a_count_is_said_as_people_say_it(number, said):
    assert count(number, "e-mail") == said


def test_empty_lines_are_left_out():
    assert lines("a", "", "b") == "a\nb"
