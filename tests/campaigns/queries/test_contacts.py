"""What is known of one address, here and nowhere else."""

from __future__ import annotations

import pytest

from campaigns.queries.contacts import get_contact
from tests import factories

pytestmark = pytest.mark.django_db


def test_everything_about_a_person_is_found_by_the_address_in_any_case(actor, campaign, enrollment, lead):
    event = factories.EventFactory.create(campaign=campaign, lead=lead)
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    found = get_contact(actor=actor, email=" ADA@Customer.example ")
    assert (found.lead, found.enrollments, found.events, found.threads) == (lead, [enrollment], [event], [thread])
    assert found.suppressions == []


def test_suppressions_of_the_address_and_of_its_domain_are_found_without_a_lead(actor, workspace):
    entries = [
        factories.SuppressionFactory.create(workspace=workspace, kind="domain", value="initech.example"),
        factories.SuppressionFactory.create(workspace=workspace, value="peter@initech.example"),
    ]
    assert get_contact(actor=actor, email="peter@initech.example").suppressions == entries
    assert get_contact(actor=actor, email="peter@mail.initech.example").suppressions == []


def test_a_strangers_lead_and_nobody_look_the_same(actor, stranger):
    factories.SuppressionFactory.create(workspace=stranger.workspace, value=stranger.lead.email)
    theirs = get_contact(actor=actor, email=stranger.lead.email)
    assert (theirs.lead, theirs.suppressions, theirs.enrollments, theirs.events, theirs.threads) == (None, [], [], [], [])


def test_a_text_that_no_database_holds_names_nobody(actor):
    assert get_contact(actor=actor, email="a\x00@b").lead is None
