from __future__ import annotations

import pytest
from django.http import QueryDict

from campaigns.rules.targeting.asked import stored, targeting_of
from campaigns.views.wanted import Wanted, label


def of(query: str) -> Wanted:
    return Wanted.of(QueryDict(query))


@pytest.mark.parametrize(
    "targeting",
    [
        {},
        {"locations": ["DE", "US-CA"], "seniorities": ["vp"]},
        {"titles": ["Head of Data"], "company_size_min": 51, "company_size_max": 200},
        {"technologies": ["Salesforce"], "exclude": {"industries": ["22"], "company_size_min": 5001}},
    ],
)
def test_a_stored_targeting_comes_back_from_its_address(targeting):
    wanted = Wanted.of_stored(targeting)
    assert of(wanted.address).targeting == targeting == stored(targeting_of(wanted.targeting))


def test_an_address_is_read_once_each_and_without_what_no_facet_has():
    assert of("locations=DE&locations=DE&locations=&locations=+FR+&wands=long&seed=a&titles=a%00b").pairs == (
        ("locations", "DE"),
        ("locations", "FR"),
    )
    assert of("company_size_min=1&company_size_min=51").targeting == {"company_size_min": 51}
    assert of("company_size_min=many").targeting == {"company_size_min": "many"}
    assert len(of(f"titles={'x' * 999}").values("titles")[0]) == 200


@pytest.mark.parametrize(
    ("query", "name", "value", "after"),
    [
        ("locations=DE", "locations", "FR", "locations=DE&locations=FR"),
        ("locations=germany", "locations", "geo:2867714", "locations=geo%3A2867714"),
        ("locations=US&locations=DE", "locations", "US-CA", "locations=DE&locations=US-CA"),
        ("locations=US-CA", "locations", "US", "locations=US-CA&locations=US"),
        ("locations=DE", "not_locations", "DE", "not_locations=DE"),
        ("not_locations=germany", "locations", "DE", "locations=DE"),
        ("industries=31-33", "industries", "325", "industries=325"),
        ("industries=Manufacturing", "industries", "51", "industries=Manufacturing&industries=51"),
        ("seniorities=vp", "seniorities", "vp", "seniorities=vp"),
    ],
)
def test_a_value_is_added_in_place_of_what_it_narrows_or_contradicts(query, name, value, after):
    assert of(query).adding(name, value).address == after


@pytest.mark.parametrize(
    ("query", "name", "value", "after"),
    [
        ("locations=germany&titles=CTO", "locations", "DE", "titles=CTO"),
        ("seniorities=Vice+President&seniorities=head", "seniorities", "vp", "seniorities=head"),
        ("not_functions=Information+security", "not_functions", "security", ""),
        ("locations=Georgia", "locations", "Georgia", ""),
        ("locations=DE", "not_locations", "DE", "locations=DE"),
    ],
)
def test_a_value_is_taken_back_by_whichever_word_stands_for_it(query, name, value, after):
    assert of(query).without(name, value).address == after


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("locations", "US-CA", "California, United States"),
        ("not_locations", "munich", "Munich, Germany"),
        ("industries", "31-33", "Manufacturing"),
        ("seniorities", "c_suite", "C-suite"),
        ("functions", "hr", "Human resources"),
        ("company_size_min", "51", "51 employees or more"),
        ("company_size_max", "200", "200 employees at most"),
        ("titles", "CTO", "CTO"),
        ("locations", "Nowhere at all", "Nowhere at all"),
        ("industries", "Magic", "Magic"),
        ("seniorities", "wizard", "wizard"),
        ("functions", "wizardry", "wizardry"),
    ],
)
def test_a_value_is_shown_in_words(name, value, shown):
    assert label(name, value) == shown
