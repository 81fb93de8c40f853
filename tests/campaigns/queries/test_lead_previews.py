from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Persona
from campaigns.queries import lead_previews
from campaigns.queries.lead_previews import NoDirectory, UnknownTargeting, get_person, preview
from campaigns.rules.directory.made_up import people
from campaigns.rules.targeting.asked import targeting_of
from campaigns.services import directories
from campaigns.services.directories.store import store
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound


@pytest.fixture
def shared(db, now):
    directory = directories.get_or_open(name="Shared", workspace_id=None, now=now)
    directories.make_up(directory=directory, number=400, seed="a", now=now)
    return directory


def test_a_preview_counts_draws_and_says_why(actor, shared):
    found = preview(actor=actor, targeting=targeting_of({"locations": ["germany"], "seniorities": ["vp", "head"]}), seed="a")
    assert found.size.total > 0
    assert len(found.sample) == min(found.size.total, lead_previews.SAMPLE)
    for each in found.sample:
        assert each.person.country == 276
        assert each.reason.startswith("seniority ")
        assert each.reason.endswith(f"in {each.person.location}")
        assert get_person(actor=actor, lead_ref=each.lead_ref) == each.person
    assert [(each.value, each.label) for each in found.meanings] == [("germany", "Germany")]


def test_without_a_seed_one_is_made_and_told(actor, shared):
    anybody = targeting_of({})
    first = preview(actor=actor, targeting=anybody)
    again = preview(actor=actor, targeting=anybody, seed=first.seed)
    assert [each.lead_ref for each in first.sample] == [each.lead_ref for each in again.sample]


def test_the_personas_targeting_counts_where_none_is_given(actor, shared, persona):
    Persona.objects.filter(id=persona.id).update(targeting={"seniorities": ["founder"]})
    found = preview(actor=actor, persona_id=persona.id)
    assert {each.person.seniority for each in found.sample} == {2}
    given = preview(actor=actor, persona_id=persona.id, targeting=targeting_of({"seniorities": ["vp"]}))
    assert {each.person.seniority for each in given.sample} == {5}


def test_neither_targeting_nor_a_persona_that_has_one_is_refused(actor, shared, persona):
    with pytest.raises(Invalid, match="Neither targeting nor persona_id"):
        preview(actor=actor)
    with pytest.raises(Invalid, match="has no targeting"):
        preview(actor=actor, persona_id=persona.id)


def test_every_value_that_is_not_known_is_told_at_once(actor, shared):
    wanted = targeting_of({"locations": ["Georgia"], "titles": ["Wizard of Oz"], "exclude": {"technologies": ["Abacus"]}})
    with pytest.raises(UnknownTargeting) as refused:
        preview(actor=actor, targeting=wanted)
    assert [fault["field"] for fault in refused.value.context["field_errors"]] == [  # type: ignore[attr-defined]
        "targeting.locations",
        "targeting.exclude.technologies",
        "targeting.titles",
    ]
    assert refused.value.message.startswith("locations has 'Georgia': did you mean GE or US-GA")


def test_titles_of_nobody_are_found_in_one_statement_however_many_are_asked_for(actor, shared):
    known = shared.people.exclude(title="").order_by("id")[0].title

    def statements(*titles: str) -> int:
        with CaptureQueriesContext(connection) as asked, pytest.raises(UnknownTargeting) as refused:
            preview(actor=actor, targeting=targeting_of({"titles": [known, *titles], "exclude": {"titles": ["Astronaut"]}}))
        told = [(fault["field"], fault["value"]) for fault in refused.value.context["unresolved"]]  # type: ignore[attr-defined]
        assert told == [*(("titles", title) for title in titles), ("exclude.titles", "Astronaut")]
        return len(asked)

    assert statements("Wizard of Oz") == statements(*(f"Wizard {number}" for number in range(30)))


def test_a_title_that_only_a_strangers_directory_has_is_of_nobody(actor, stranger, shared, now):
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=now)
    row = next(people(1, seed="b"))._replace(title="Astronaut", title_words=["astronaut"])
    store(directory_id=theirs.id, rows=[row], now=now)
    with pytest.raises(UnknownTargeting):
        preview(actor=actor, targeting=targeting_of({"titles": ["Astronaut"]}))
    assert preview(actor=stranger.actor, targeting=targeting_of({"titles": ["Astronaut"]})).size.total == 1


def test_without_a_directory_it_is_said_how_to_load_one(actor, stranger, now):
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=now)
    directories.make_up(directory=theirs, number=20, seed="a", now=now)
    with pytest.raises(NoDirectory, match="no directory is loaded"):
        preview(actor=actor, targeting=targeting_of({}))


def test_a_strangers_persona_and_a_strangers_person_do_not_exist(actor, stranger, shared, now):
    with pytest.raises(NotFound):
        preview(actor=actor, persona_id=stranger.persona.id)
    theirs = directories.get_or_open(name="Theirs", workspace_id=stranger.workspace.id, now=now)
    directories.make_up(directory=theirs, number=1, seed="b", now=now)
    person = theirs.people.get()
    assert get_person(actor=stranger.actor, lead_ref=f"person-{person.id}") == person
    for ref in (f"person-{person.id}", "person-", "person-9999999999", "person-x", "lead-1", "9" * 40):
        with pytest.raises(NotFound):
            get_person(actor=actor, lead_ref=ref)


def test_a_credential_that_may_see_no_leads_sees_no_preview(workspace, shared):
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        preview(actor=nobody, targeting=targeting_of({}))
