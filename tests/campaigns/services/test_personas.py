import pytest

from campaigns.models import Persona
from campaigns.services.personas import create_persona, update_persona
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Invalid, NotFound

TARGETING = {"titles": ["CTO", "VP Engineering"], "locations": ["DE"], "company_size_min": 51}


def test_a_persona_is_stored_tidily(actor, now):
    made = create_persona(actor=actor, name=" Data lead ", title="Head of Data", pains=[" Tickets ", ""], targeting=TARGETING, now=now)
    made.refresh_from_db()
    assert (made.workspace_id, made.name, made.title, made.pains) == (actor.workspace_id, "Data lead", "Head of Data", ["Tickets"])
    assert made.targeting == TARGETING
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.subject_id) == ("persona.created", made.id)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"title": "x" * 201}, "title"),
        ({"pains": ["x" * 501]}, "pains"),
        ({"targeting": {"titles": ["a\x00"]}}, "targeting.titles"),
        ({"targeting": {"a\x00": 1}}, "targeting"),
        ({"targeting": {"x": "y" * 10_001}}, "targeting.x"),
        ({"targeting": {"locations": ["Georgia"]}}, "targeting.locations"),
        ({"targeting": {"exclude": {"functions": ["magic"]}}}, "targeting.exclude.functions"),
        ({"targeting": {"company_size_max": 60}}, "company_size_max"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field(actor, now, fields, field):
    with pytest.raises(Invalid) as caught:
        create_persona(**{"actor": actor, "name": "Data lead", "now": now, **fields})
    assert caught.value.field == field
    assert not Persona.objects.exists()


def test_a_changed_persona_is_stored_and_its_drafts_are_written_anew(actor, persona, draft, campaign, now, jobs):
    update_persona(actor=actor, persona_id=persona.id, changes={"pains": ["Slow answers"], "targeting": {}}, now=now)
    assert Persona.objects.get(id=persona.id).pains == ["Slow answers"]
    assert jobs.all == [("campaigns.write_first_emails", {"campaign_id": draft.id})]
    assert AuditEvent.objects.latest("id").facts == {"fields": "pains"}


def test_targeting_is_an_object(actor, persona, now):
    wrong: list[object] = [[], "DE", None]
    for targeting in wrong:
        with pytest.raises(Invalid) as caught:
            update_persona(actor=actor, persona_id=persona.id, changes={"targeting": targeting}, now=now)
        assert caught.value.field == "targeting"


def test_a_strangers_persona_looks_like_a_missing_one(actor, stranger, now):
    for persona_id in (stranger.persona.id, 999_999_999):
        with pytest.raises(NotFound):
            update_persona(actor=actor, persona_id=persona_id, changes={"name": "Mine now"}, now=now)
