from __future__ import annotations

import pytest

from campaigns.models import Person
from campaigns.queries import targeting_values
from campaigns.queries.targeting_values import search_targeting
from campaigns.rules.targeting.industries import within
from campaigns.rules.targeting.places import region_id
from campaigns.services import directories
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden


def test_whoever_may_see_leads_searches(viewer: Actor):
    (match, *_) = search_targeting(actor=viewer, query="Berlin", kind="location")
    assert (match.value, match.label, match.type) == ("DE-BE", "Berlin, Germany", "location")


def test_a_credential_that_may_see_no_leads_does_not(workspace):
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        search_targeting(actor=nobody, query="Berlin", kind="location")


@pytest.fixture
def people(workspace, stranger, now) -> list[Person]:
    """People of a shared directory and of our own; a stranger's are not counted."""
    for name, owner in (("Shared", None), ("Ours", workspace.id), ("Theirs", stranger.workspace.id)):
        directories.make_up(directory=directories.get_or_open(name=name, workspace_id=owner, now=now), number=300, seed=name, now=now)
    return list(Person.objects.exclude(directory__name="Theirs"))


@pytest.mark.parametrize(
    ("kind", "query", "value", "has"),
    [
        ("seniority", "vp", "vp", lambda person: person.seniority == 5),
        ("function", "data", "data", lambda person: person.function == 4),
        ("industry", "51", "51", lambda person: person.industry in within(51)),
        ("industry", "Manufacturing", "31-33", lambda person: person.industry in within(31)),
        ("location", "DE", "DE", lambda person: person.country == 276),
        ("location", "US-CA", "US-CA", lambda person: person.region == region_id("US-CA")),
        ("location", "Munich", "geo:2867714", lambda person: person.city == 2867714),
    ],
)
def test_each_value_says_how_many_leads_the_directories_have(actor, people, kind, query, value, has):
    found = {match.value: match.leads for match in search_targeting(actor=actor, query=query, kind=kind)}
    assert found[value] == sum(1 for person in people if has(person)) > 0


def test_what_is_not_read_quickly_is_not_counted(actor, people, monkeypatch):
    assert {match.leads for match in search_targeting(actor=actor, query="head of data", kind="title")} == {None}
    monkeypatch.setattr(targeting_values, "CAP", 3)
    assert search_targeting(actor=actor, query="DE", kind="location")[0].leads == 3
    monkeypatch.setattr(targeting_values, "QUICK", 10)
    assert search_targeting(actor=actor, query="DE", kind="location")[0].leads is None


def test_without_a_directory_nothing_is_counted(actor, db):
    assert search_targeting(actor=actor, query="DE", kind="location")[0].leads is None
