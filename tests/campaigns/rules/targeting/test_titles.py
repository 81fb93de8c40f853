"""Titles as people write them: labelled by hand, and whatever else comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.targeting import tables, titles
from campaigns.rules.targeting.titles import title_facts
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, ids

LABELLED = [line.split("\t") for line in Path(__file__).with_name("titles.tsv").read_text().splitlines() if not line.startswith("#")]
SENIORITY = {0: "-", **{each.id: each.value for each in SENIORITIES}}
FUNCTION = {0: "-", **{each.id: each.value for each in FUNCTIONS}}


def test_there_are_enough_titles_and_every_value_is_among_them():
    assert len(LABELLED) >= 300
    assert {seniority for _, seniority, _ in LABELLED} == set(SENIORITY.values())
    assert {function for *_, function in LABELLED} == set(FUNCTION.values())
    assert len({title for title, *_ in LABELLED}) == len(LABELLED)


def test_at_least_95_of_100_are_read_as_senior_as_they_are():
    wrong = [(title, label, SENIORITY[title_facts(title).seniority]) for title, label, _ in LABELLED]
    wrong = [each for each in wrong if each[1] != each[2]]
    assert len(wrong) <= 0.05 * len(LABELLED), wrong


def test_of_at_least_90_in_100_the_function_is_right():
    wrong = [(title, label, FUNCTION[title_facts(title).function]) for title, _, label in LABELLED]
    wrong = [each for each in wrong if each[1] != each[2]]
    assert len(wrong) <= 0.10 * len(LABELLED), wrong


@pytest.mark.parametrize(
    ("title", "seniority", "function"),
    [
        ("Vice President", "vp", "-"),
        ("President", "c_suite", "general_management"),
        ("Assistant to the CEO", "entry", "operations"),
        ("Product Owner", "entry", "product"),
        ("Founding Engineer", "entry", "engineering"),
        ("Partner Manager", "manager", "sales"),
        ("HR Business Partner", "-", "hr"),
        ("Intern to the Vice President", "intern", "-"),
        ("HEAD OF SALES", "head", "sales"),
        ("  head   of\tsales ", "head", "sales"),
        ("Geschaeftsfuehrer", "-", "-"),
        ("", "-", "-"),
    ],
)
def test_traps(title, seniority, function):
    facts = title_facts(title)
    assert (SENIORITY[facts.seniority], FUNCTION[facts.function]) == (seniority, function)


@settings(deadline=None)  # the first one reads the tables
@given(st.text(max_size=400))
def test_whatever_is_written_is_read_or_unknown(text):
    facts = title_facts(text)
    assert facts.seniority in SENIORITY
    assert facts.function in FUNCTION


def test_every_word_of_the_tables_means_something_that_there_is():
    known = {
        "seniority": {*ids(SENIORITIES), "-"},
        "function": {*ids(FUNCTIONS), "-", *(f"~{each}" for each in ids(FUNCTIONS))},
        "alone": {""},
    }
    for name, meanings in known.items():
        table = tables.table(name)
        entries = [*table.phrases.values(), *(meaning for _, meaning in (*table.beginnings, *table.ends))]
        assert set(entries) <= meanings, name
        assert {tables.plain(" ".join(phrase)) for phrase in table.phrases} == {" ".join(phrase) for phrase in table.phrases}, name


def test_a_title_is_read_once(monkeypatch):
    title_facts.cache_clear()
    read: list[str] = []

    def plain(text: str) -> str:
        read.append(text)
        return "head of sales"

    monkeypatch.setattr(titles, "plain", plain)
    for _ in range(3):
        title_facts("Head of Sales")
    assert read == ["Head of Sales"]
    title_facts.cache_clear()
