from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.targeting.industries import industries, industry_of, sector_of, within
from campaigns.rules.targeting.tables import plain

SECTORS = [11, 21, 22, 23, 31, 42, 44, 48, 51, 52, 53, 54, 55, 56, 61, 62, 71, 72, 81, 92]


def test_every_sector_is_there_and_everything_lies_in_one():
    assert [each for each in industries() if each < 100] == SECTORS
    assert {sector_of(each) for each in industries()} == set(SECTORS)
    for each in industries():
        assert within(each) <= within(sector_of(each))
        assert each in within(each)


def test_an_industry_includes_what_lies_in_it():
    assert 5132 in within(513)
    assert {513, 5131, 5132, 518} <= within(51)
    assert {311, 325, 3254, 339} <= within(31)
    assert {441, 459} <= within(44)
    assert {484, 493} <= within(48)
    assert within(5132) == {5132}


def test_every_name_leads_to_its_industry_and_no_word_to_two():
    for each in industries().values():
        assert industry_of(each.value) == industry_of(each.label) == industry_of(str(each.id)) == each.id
        assert {industry_of(synonym) for synonym in each.synonyms} == {each.id}, each
    words = Counter(plain(word) for each in industries().values() for word in {each.label, *each.synonyms})
    assert [word for word, number in words.items() if number > 1] == []


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("SaaS", 5132),
        ("Information Technology & Services", 5415),
        ("Staffing and Recruiting", 5613),
        ("Hospital & Health Care", 622),
        ("FinTech", 52),
        ("31-33", 31),
        ("Pharma", 3254),
        ("E-Commerce", 44),
        ("Basket weaving", 0),
        ("", 0),
    ],
)
def test_what_sales_people_call_an_industry(text, industry):
    assert industry_of(text) == industry


@given(st.text(max_size=200))
def test_no_text_is_anything_but_an_industry_or_unknown(text):
    assert industry_of(text) in {0, *industries()}
