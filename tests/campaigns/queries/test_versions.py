"""A version changes with what it is the version of, and with nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Conversation, Sender, SequenceStep
from campaigns.queries.versions import campaign_version, thread_version
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db

CHANGES = {
    "its state": lambda c, e, now: Campaign.objects.filter(id=c.id).update(status="paused"),
    "a step": lambda c, e, now: SequenceStep.objects.filter(campaign=c, position=1).update(body="New words"),
    "a sender": lambda c, e, now: Sender.objects.filter(campaigns=c).update(status="paused"),
    "the workspace's pause": lambda c, e, now: Workspace.objects.filter(id=c.workspace_id).update(paused_at=now),
    "an event": lambda c, e, now: factories.EventFactory.create(campaign=c, lead=e.lead, at=now),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_campaigns_version_changes_with_it(actor, campaign, enrollment, now, change):
    before = campaign_version(actor=actor, campaign_id=campaign.id)
    assert campaign_version(actor=actor, campaign_id=campaign.id) == before
    change(campaign, enrollment, now)
    assert campaign_version(actor=actor, campaign_id=campaign.id) != before


def test_a_threads_version_changes_with_each_message_and_each_mark(actor, campaign, enrollment, now):
    thread = factories.ConversationFactory.create(campaign=campaign, lead=enrollment.lead)
    seen = [thread_version(actor=actor, thread_id=thread.id)]
    assert thread_version(actor=actor, thread_id=thread.id) == seen[0]
    for change in (
        lambda: factories.InboundMessageFactory.create(conversation=thread),
        lambda: Conversation.objects.filter(id=thread.id).update(unread=False),
        lambda: factories.DeliveryFactory.create(enrollment=enrollment, sent=True, sent_at=now + timedelta(hours=1)),
    ):
        change()
        seen.append(thread_version(actor=actor, thread_id=thread.id))
    assert len(set(seen)) == 4


def test_each_takes_one_statement(actor, campaign, lead, django_assert_num_queries):
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    with django_assert_num_queries(1):
        campaign_version(actor=actor, campaign_id=campaign.id)
    with django_assert_num_queries(1):
        thread_version(actor=actor, thread_id=thread.id)


def test_a_strangers_things_have_no_version(actor, stranger):
    with pytest.raises(NotFound):
        campaign_version(actor=actor, campaign_id=stranger.campaign.id)
    with pytest.raises(NotFound):
        thread_version(actor=actor, thread_id=stranger.conversation.id)
