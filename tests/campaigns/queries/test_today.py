from datetime import timedelta

import pytest

from campaigns.models import CampaignStatus, SenderStatus
from campaigns.queries.today import Today, today, waiting
from rocketsdr.accounts import approvals, audit
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from tests import factories


@pytest.fixture
def asked(person, campaign, now):
    """An act that waits for a decision."""
    return approvals.file(actor=person, kind="campaigns.launch", subject_id=campaign.id, digest="d", text="Send it.", now=now)


def test_a_new_workspace_has_nothing_and_is_not_set_up(person, now, stranger):
    assert today(actor=person, now=now) == Today()
    assert not today(actor=person, now=now).is_set_up


def test_what_waits_is_counted_without_what_is_read_decided_or_somebody_elses(person, asked, campaign, stranger, now):
    assert stranger.approval
    assert stranger.conversation.unread
    for unread in (True, True, False):
        lead = factories.LeadFactory.create(workspace=campaign.workspace)
        factories.ConversationFactory.create(campaign=campaign, lead=lead, unread=unread)
    shown = waiting(actor=person, now=now)
    assert (shown.approvals, shown.unread) == (1, 2)
    assert waiting(actor=person, now=now + timedelta(days=8)).approvals == 0


def test_what_waits_costs_one_statement(person, asked, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        waiting(actor=person, now=now)


def test_campaigns_and_senders_are_counted_by_how_they_stand(person, workspace, campaign, sender, now, django_assert_num_queries):
    for status in (CampaignStatus.IMPORTING, CampaignStatus.SCHEDULED, CampaignStatus.PAUSED):
        factories.CampaignFactory.create(workspace=workspace, status=status, launched_at=now)
    factories.CampaignFactory.create(workspace=workspace)
    factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING)
    with django_assert_num_queries(1):
        shown = today(actor=person, now=now)
    assert (shown.running, shown.getting_ready, shown.paused, shown.drafts) == (1, 2, 1, 1)
    assert (shown.senders, shown.senders_resting) == (2, 1)
    assert shown.has_product
    assert shown.has_persona
    assert shown.has_launched


def test_an_agent_is_connected_with_a_key_that_works_or_once_it_has_acted(person, actor, campaign, now):
    assert not today(actor=person, now=now).has_agent
    key = issue_api_key(actor=person, name="Claude", scopes=frozenset({"leads:read"}), now=now).key
    assert today(actor=person, now=now).is_set_up
    revoke_api_key(actor=person, key_id=key.id, now=now)
    assert not today(actor=person, now=now).has_agent
    audit.record(actor, "campaign.paused", campaign)
    assert today(actor=person, now=now).is_set_up
