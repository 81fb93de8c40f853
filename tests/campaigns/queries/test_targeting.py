"""What the workspace's own leads have, the most frequent first."""

from __future__ import annotations

import pytest

from campaigns.queries import targeting
from campaigns.queries.targeting import targeting_values
from rocketsdr.lib.errors import Invalid
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(workspace):
    def make(number: int, **fields: object) -> None:
        factories.LeadFactory.create_batch(number, workspace=workspace, **{"title": "", **fields})

    return make


def said(values: targeting.Values) -> list[tuple[str, int]]:
    return [(each.value, each.leads) for each in values.values]


def test_the_most_frequent_stand_first_and_spellings_are_one_value(actor, people):
    people(2, title="Head of Data")
    people(1, title=" head  of data ")
    people(2, title="CTO")
    people(1)
    shown = targeting_values(actor=actor, type="title")
    assert (said(shown), shown.total) == ([("Head of Data", 3), ("CTO", 2)], 2)


@pytest.mark.parametrize(
    ("type_", "custom"),
    [
        ("industry", {"industry": "Retail"}),
        ("function", {"department": "Retail"}),
        ("seniority", {"seniority_level": "Retail"}),
        ("location", {"person_location": "Retail"}),
    ],
)
def test_custom_fields_are_read_under_their_usual_names(actor, people, type_, custom):
    people(2, custom=custom)
    people(1, custom={"colour": "Retail"})
    assert said(targeting_values(actor=actor, type=type_)) == [("Retail", 2)]


def test_a_location_is_put_together_from_what_is_known(actor, people):
    people(3, city="Berlin", country="Germany")
    people(2, country="France")
    people(1, city="Austin", country="USA", custom={"state": "Texas"})
    assert said(targeting_values(actor=actor, type="location")) == [("Berlin, Germany", 3), ("France", 2), ("Austin, Texas, USA", 1)]


def test_a_text_finds_what_contains_it_and_first_what_begins_with_it(actor, people):
    people(3, title="Head of Data")
    people(1, title="Data lead")
    people(9, title="CTO")
    assert [value for value, _ in said(targeting_values(actor=actor, type="title", text="DATA"))] == ["Data lead", "Head of Data"]
    assert said(targeting_values(actor=actor, type="title", text="%")) == []
    assert said(targeting_values(actor=actor, type="title", text="\x00")) == []


def test_the_list_is_bounded_and_says_how_many_there_are(actor, people):
    for number in range(5):
        people(1, title=f"Title {number}")
    shown = targeting_values(actor=actor, type="title", limit=2)
    assert (len(shown.values), shown.total) == (2, 5)


def test_only_the_newest_leads_are_looked_at(actor, people, monkeypatch):
    people(1, title="Old")
    people(2, title="New")
    monkeypatch.setattr(targeting, "LOOKED_AT", 2)
    assert said(targeting_values(actor=actor, type="title")) == [("New", 2)]


def test_archived_and_strangers_leads_do_not_count(actor, people, stranger, now):
    people(1, title="Gone", archived_at=now)
    assert targeting_values(actor=actor, type="title").values == []


def test_an_unknown_type_is_refused_with_the_known_ones(actor):
    with pytest.raises(Invalid, match="'mood'") as refused:
        targeting_values(actor=actor, type="mood")
    assert "seniority" in refused.value.fix
