from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.targeting import search as subject
from campaigns.rules.targeting.places import place_of
from campaigns.rules.targeting.search import TYPES, search


def best(query, kind):
    return next((match.value for match in search(query, kind)), None)


@pytest.mark.parametrize(
    ("query", "kind", "value"),
    [
        *(
            ("germany", "location", "DE"),
            ("germny", "location", "DE"),
            ("san fran", "location", "geo:5391959"),
            ("paris, tx", "location", "geo:4717560"),
        ),
        *(("cto", "title", "Chief Technology Officer"), ("vp sales", "title", "Vice President of Sales")),
        *(("marketng manager", "title", "Marketing Manager"), ("Head of", "title", "Head of Customer Success")),
        *(("SaaS", "industry", "5132"), ("31-33", "industry", "31-33"), ("5415", "industry", "5415"), ("pharma", "industry", "3254")),
        *(("people", "function", "hr"), ("eng", "function", "engineering"), ("customer", "function", "customer_success")),
        *(("C-level", "seniority", "c_suite"), ("vice", "seniority", "vp"), ("dirctor", "seniority", "director")),
        *(("xyzzy", "industry", None), ("???", "location", None), ("", "title", None)),
    ],
)
def test_what_people_type_leads_to_the_value(query, kind, value):
    assert best(query, kind) == value


def test_the_very_name_comes_first_then_beginnings_then_words():
    matches = search("sales", "function")
    assert (matches[0].value, matches[0].score) == ("sales", 1.0)
    scores = [match.score for match in search("manager", "title", limit=100)]
    assert scores == sorted(scores, reverse=True)
    assert {match.score for match in search("finance", "title")} == {0.9, 0.8}


def test_each_value_is_said_once_and_no_more_than_asked_for():
    values = [match.value for match in search("new", "location", limit=50)]
    assert len(values) == len(set(values)) == 50
    assert len(search("new", "location", limit=3)) == 3


@pytest.mark.parametrize("kind", TYPES)
def test_every_value_is_found_by_its_label(kind):
    index = subject._index(kind)
    targets = {target for found in index.targets.values() for target in found}
    some = sorted(targets, key=lambda each: each.value)[:: max(1, len(targets) // 200)]
    for target in some:
        assert target.value in [match.value for match in search(target.label, kind, limit=30)], target


@settings(deadline=None)  # the first one reads the tables
@given(st.text(max_size=250), st.sampled_from(TYPES))
def test_whatever_is_typed_gives_values_that_there_are(query, kind):
    for match in search(query, kind, limit=5):
        assert (match.type, 0 < match.score <= 1) == (kind, True)
        assert kind != "location" or place_of(match.value) is not None
