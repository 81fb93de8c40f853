"""One campaign and the list of them, as their owner sees them and a stranger does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign
from campaigns.queries import campaigns
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_strangers_campaign_looks_like_a_missing_one(actor, stranger):
    refusals = []
    for campaign_id in (stranger.campaign.id, 10**9):
        with pytest.raises(NotFound) as refused:
            campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
        refusals.append((refused.value.message, refused.value.fix))
    assert refusals[0] == refusals[1]


def test_a_strangers_delivery_does_not_exist(actor, stranger):
    delivery = factories.DeliveryFactory.create(enrollment=stranger.enrollment)
    with pytest.raises(NotFound):
        campaigns.get_delivery(actor=actor, delivery_id=delivery.id)


def test_the_list_holds_ours_only_and_filters(actor, campaign, draft, stranger):
    assert [each.id for each in campaigns.list_campaigns(actor=actor).items] == sorted([campaign.id, draft.id], reverse=True)
    assert campaigns.list_campaigns(actor=actor, status="draft").items == [draft]
    assert campaigns.list_campaigns(actor=actor, query=campaign.name.lower()).items == [campaign]


WAITS = {
    "The workspace is paused.": lambda c, now: type(c.workspace).objects.filter(id=c.workspace_id).update(paused_at=now),
    "The campaign is paused. Wrong list": lambda c, now: Campaign.objects.filter(id=c.id).update(
        status="paused", pause_reason="Wrong list"
    ),
    "Its leads are still being read and written to.": lambda c, now: Campaign.objects.filter(id=c.id).update(status="importing"),
    "A person has to approve the launch.": lambda c, now: Campaign.objects.filter(id=c.id).update(status="scheduled", approved_digest=""),
    "The first e-mail is held until 2026-11-17 10:10 UTC.": lambda c, now: Campaign.objects.filter(id=c.id).update(
        status="scheduled", hold_until=now + timedelta(minutes=10)
    ),
    "None of its senders is active.": lambda c, now: c.senders.update(status="paused"),
}


@pytest.mark.parametrize("sentence", WAITS)
def test_what_keeps_a_campaign_from_sending_is_said(actor, campaign, now, sentence):
    WAITS[sentence](campaign, now)
    assert campaigns.detail(actor=actor, campaign_id=campaign.id, now=now).blocked_by == [sentence]


def test_a_campaign_that_sends_waits_for_nothing(actor, campaign, enrollment, now):
    shown = campaigns.detail(actor=actor, campaign_id=campaign.id, now=now)
    assert (shown.blocked_by, shown.leads, shown.health) == ([], 1, "ok")


def test_many_failures_are_poor_health(actor, campaign, now):
    for status in ["sent", "failed"]:
        enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead__workspace=campaign.workspace)
        factories.DeliveryFactory.create(enrollment=enrollment, status=status, sent_at=now)
    assert campaigns.detail(actor=actor, campaign_id=campaign.id, now=now).health == "poor"
