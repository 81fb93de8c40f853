"""An answer is never longer than a model can read; a list says where it goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mcp_gateway.tool import PageResult, Result, capping
from mcp_gateway.tool.capping import CUT, MOST, rendered
from mcp_gateway.tool.parts import Part


def fits(result: Result) -> bool:
    return rendered(result).fits


def fewer(result: Result) -> int | None:
    return capping.fewer(rendered(result))


def fitted(result: Result) -> tuple[Any, bool]:
    whole, is_cut = capping.fitted(rendered(result))
    return whole.result, is_cut


class Line(Part):
    text: str
    facts: dict[str, str] = {}


class Story(Result):
    title: str
    lines: list[Line]

    def text(self) -> str:
        return "\n".join([self.title, *(line.text for line in self.lines)])


class Words(PageResult):
    words: list[str]

    def text(self) -> str:
        return " ".join(self.words) + self.more()


def test_what_fits_stays_as_it_is():
    story = Story(title="Once", lines=[Line(text="x" * 1000)] * 15)
    assert fitted(story) == (story, False)


@pytest.mark.parametrize(
    "story",
    [
        Story(title="x" * 500_000, lines=[]),
        Story(title="é" * 30_000, lines=[Line(text="y" * 30_000)] * 3),
        Story(title="Once", lines=[Line(text="y" * 90)] * 5000),
        Story(title="Once", lines=[Line(text="y", facts={f"fact {number}": "z" * 50 for number in range(5000)})]),
        Story(title="Once", lines=[Line(text="y" * 3000, facts={"a": "z" * 3000})] * 400),
    ],
)
def test_what_does_not_is_cut_until_text_and_data_fit(story):
    cut, is_cut = fitted(story)
    assert is_cut
    assert fits(cut)
    assert len(cut.text()) <= MOST
    assert len(json.dumps(cut.model_dump(), ensure_ascii=False, separators=(",", ":"))) <= MOST
    assert type(cut) is Story


def test_a_cut_text_says_so_and_no_more_is_cut_than_needed():
    cut, _ = fitted(Story(title="x" * 50_000, lines=[Line(text="short")]))
    assert cut.title == "x" * 12_000 + CUT
    assert cut.lines == [Line(text="short")]


def test_a_page_says_how_many_of_its_items_fit():
    page = Words(words=["w" * 2995] * 10, total=10)
    assert fewer(page) == 6
    assert fits(page.model_copy(update={"words": page.words[:6]}))
    assert not fits(page.model_copy(update={"words": page.words[:7]}))


def test_a_page_holds_one_item_at_least_and_one_that_fits_is_whole():
    assert fewer(Words(words=["w" * 30_000] * 3, total=3)) == 1
    assert fewer(Words(words=["w" * 30_000], total=1)) is None
    assert fewer(Words(words=["w"] * 3, total=3)) is None
