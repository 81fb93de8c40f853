"""Ids by the beginning of an id or a part of a name: the workspace's own, those that fit best first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.queries import completions
from tests import factories

pytestmark = pytest.mark.django_db


def ids(*rows) -> list[str]:
    return [str(row.id) for row in rows]


def test_names_that_begin_so_come_before_names_that_contain_it_and_newer_ones_first(actor, workspace):
    names = ["Spring launch", "Launch in spring", "Autumn", "Spring 2"]
    spring, launch, _, second = (factories.CampaignFactory.create(workspace=workspace, name=name) for name in names)
    found = completions.campaign_ids(actor=actor, text="spring", limit=100)
    assert found == (ids(second, spring, launch), 3)


def test_nothing_typed_gives_the_newest(actor, workspace):
    made = [factories.ProductFactory.create(workspace=workspace) for _ in range(3)]
    assert completions.product_ids(actor=actor, text="", limit=2) == (ids(made[2], made[1]), 3)


def test_the_beginning_of_an_id_finds_it(actor, persona):
    assert completions.persona_ids(actor=actor, text=str(persona.id), limit=100).values == ids(persona)


def test_a_persona_is_found_by_its_title_and_a_sender_by_its_address(actor, persona, sender):
    assert completions.persona_ids(actor=actor, text="head of", limit=100).values == ids(persona)
    assert completions.sender_ids(actor=actor, text="grace@", limit=100).values == ids(sender)


def test_threads_are_found_by_lead_and_subject_the_latest_first(actor, workspace, campaign, lead, now):
    other = factories.LeadFactory.create(workspace=workspace, full_name="Alan Turing", email="alan@customer.example")
    old = factories.ConversationFactory.create(campaign=campaign, lead=lead, last_message_at=now - timedelta(days=1))
    new = factories.ConversationFactory.create(campaign=campaign, lead=other, last_message_at=now)
    assert completions.thread_ids(actor=actor, text="spend", limit=100).values == ids(new, old)
    assert completions.thread_ids(actor=actor, text="turing", limit=100).values == ids(new)


def test_leads_are_found_by_address_or_name(actor, workspace, lead):
    factories.LeadFactory.create(workspace=workspace, full_name="Alan Turing", email="alan@customer.example")
    assert completions.lead_emails(actor=actor, text="ADA@", limit=100) == ([lead.email], 1)
    assert completions.lead_emails(actor=actor, text="turing", limit=100).values == ["alan@customer.example"]
    assert completions.lead_emails(actor=actor, text="", limit=1) == (["alan@customer.example"], 2)


FINDERS = [
    completions.campaign_ids,
    completions.product_ids,
    completions.persona_ids,
    completions.sender_ids,
    completions.thread_ids,
    completions.lead_emails,
]


@pytest.mark.parametrize("find", FINDERS)
def test_a_stranger_has_nothing_to_offer_and_odd_texts_find_nothing(actor, stranger, find):
    assert find(actor=actor, text="", limit=100) == ([], 0)
    for odd in ("\x00", "\ud800", "%", "_", "' OR 1=1"):
        assert find(actor=actor, text=odd, limit=100) == ([], 0)
