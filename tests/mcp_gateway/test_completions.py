"""What is offered while somebody fills in a prompt or a template."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcp_gateway import completions, library
from mcp_gateway.completions import complete
from mcp_gateway.library import UnknownPrompt, UnknownResource
from mcp_gateway.surfaces import OUTREACH
from mcp_gateway.tool import InvalidArguments
from tests import factories

pytestmark = pytest.mark.django_db


def prompt(name: str) -> dict[str, str]:
    return {"type": "ref/prompt", "name": name}


def template(uri: str) -> dict[str, str]:
    return {"type": "ref/resource", "uri": f"outreach://{uri}"}


LAUNCH = prompt("launch_campaign")
PLACES = {
    "a campaign of a prompt": (prompt("improve_sequence"), "campaign_id", "CSV", "campaign", "campaigns:read"),
    "a campaign of a template": (template("campaigns/{id}"), "id", "csv out", "campaign", "campaigns:read"),
    "a campaign's schedule": (template("campaigns/{id}/schedule"), "id", "", "campaign", "campaigns:read"),
    "a product": (LAUNCH, "product_id", "analytics", "product", "campaigns:read"),
    "a persona": (LAUNCH, "persona_id", "data", "persona", "campaigns:read"),
    "a sender": (LAUNCH, "sender_id", "grace", "sender", "senders:read"),
    "a thread": (template("threads/{id}"), "id", "ada", "thread", "inbox:read"),
}


@pytest.fixture
def things(campaign, product, persona, sender, lead):
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    return {"campaign": campaign, "product": product, "persona": persona, "sender": sender, "thread": thread}


@pytest.mark.parametrize(("ref", "argument", "typed", "what", "scope"), PLACES.values(), ids=PLACES)
def test_a_name_or_the_beginning_of_an_id_gives_the_id(actor, things, stranger, ref, argument, typed, what, scope):
    wanted = str(things[what].id)
    assert complete(OUTREACH, actor, ref, argument, typed) == ([wanted], 1, False)
    assert wanted in complete(OUTREACH, actor, ref, argument, wanted[:1]).values
    assert complete(OUTREACH, actor, ref, argument, "nothing is called so") == ([], 0, False)


@pytest.mark.parametrize(("ref", "argument", "typed", "what", "scope"), PLACES.values(), ids=PLACES)
def test_without_the_scope_and_to_a_stranger_nothing_is_offered(actor, things, stranger, ref, argument, typed, what, scope):
    weak = replace(actor, scopes=actor.scopes - {scope})
    assert complete(OUTREACH, weak, ref, argument, typed) == ([], 0, False)
    assert str(things[what].id) not in complete(OUTREACH, stranger.actor, ref, argument, typed).values


def test_an_address_of_a_lead_is_offered_with_leads_read_only(actor, lead, stranger):
    ref = prompt("explain_contact")
    assert complete(OUTREACH, actor, ref, "email", "ada") == ([lead.email], 1, False)
    assert complete(OUTREACH, actor, ref, "email", "peter") == ([], 0, False)
    assert complete(OUTREACH, replace(actor, scopes=actor.scopes - {"leads:read"}), ref, "email", "ada") == ([], 0, False)


def test_the_types_of_targeting_are_those_that_the_template_knows(actor):
    ref = template("targeting/{type}")
    assert complete(OUTREACH, actor, ref, "type", "").values == ["location", "title", "industry", "function", "seniority"]
    assert complete(OUTREACH, actor, ref, "type", "T").values == ["title", "location", "industry", "function", "seniority"]
    assert complete(OUTREACH, actor, ref, "type", "in").values == ["industry"]
    assert complete(OUTREACH, actor, ref, "type", "zz") == ([], 0, False)


def test_an_audience_is_completed_with_what_the_leads_have(actor, workspace, lead):
    factories.LeadFactory.create(workspace=workspace, title="CTO", custom={"industry": "Retail"})
    assert complete(OUTREACH, actor, LAUNCH, "audience", "head").values == ["Head of Data"]
    assert complete(OUTREACH, actor, LAUNCH, "audience", "re", {"type": "industry"}).values == ["Retail"]
    assert complete(OUTREACH, actor, LAUNCH, "audience", "cto", {"type": "mood"}).values == ["CTO"]


def test_free_words_are_not_completed(actor):
    assert complete(OUTREACH, actor, LAUNCH, "goal", "Mo") == ([], 0, False)


def test_at_most_a_hundred_are_offered_and_the_rest_is_counted(actor, workspace, monkeypatch):
    monkeypatch.setattr(completions, "MOST", 2)
    factories.ProductFactory.create_batch(3, workspace=workspace)
    found = complete(OUTREACH, actor, LAUNCH, "product_id", "")
    assert (len(found.values), found.total, found.has_more) == (2, 3, True)


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "%" * 500, "'; --", "\u0661"])
def test_odd_texts_find_nothing_and_break_nothing(actor, things, odd):
    for ref, argument, *_ in PLACES.values():
        assert complete(OUTREACH, actor, ref, argument, odd) == ([], 0, False)
    assert complete(OUTREACH, actor, LAUNCH, "audience", odd) == ([], 0, False)


def test_what_is_not_declared_is_refused(actor):
    with pytest.raises(UnknownPrompt):
        complete(OUTREACH, actor, prompt("sing"), "song", "")
    with pytest.raises(UnknownResource):
        complete(OUTREACH, actor, template("campaigns/7"), "id", "")
    with pytest.raises(InvalidArguments, match=r"argument\.name is song: launch_campaign takes goal, audience"):
        complete(OUTREACH, actor, LAUNCH, "song", "")


def test_every_id_that_a_prompt_or_a_template_takes_can_be_completed():
    declared = [(each.name, each.arguments) for each in library.prompts(OUTREACH)]
    declared += [(each.name, each.variables) for each in library.resources(OUTREACH)]
    for name, model in declared:
        for argument, field in model.model_fields.items():
            kind = completions._marked(field) or argument
            assert kind in completions._KINDS or argument in {"goal", "days", "type"}, (name, argument)
