"""Stopping everything: what it holds back, and that nothing leaves after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Delivery, Sender
from campaigns.services import pausing
from campaigns.services.pausing import Stopped
from rocketsdr.accounts.models import AuditEvent, Workspace
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(campaign, sender):
    """Two running campaigns and a draft, three e-mails planned, one sent, two senders of which one is paused."""
    factories.SenderFactory.create(workspace=campaign.workspace, status="paused")
    other = factories.CampaignFactory.create(workspace=campaign.workspace, running=True)
    for owner, status in ((campaign, "queued"), (campaign, "deferred"), (other, "claimed")):
        enrollment = factories.EnrollmentFactory.create(campaign=owner, sender=sender)
        factories.DeliveryFactory.create(enrollment=enrollment, status=status, lease_until=factories.NOW + timedelta(minutes=1), worker="w")
    factories.DeliveryFactory.create(enrollment=factories.EnrollmentFactory.create(campaign=campaign), sent=True, sender=sender)
    factories.CampaignFactory.create(workspace=campaign.workspace)
    return campaign


def test_it_says_what_it_holds_back_every_time_it_is_asked(actor, busy, stranger, now):
    for _ in range(2):
        assert pausing.pause_all(actor=actor, reason="Wrong list", now=now) == Stopped(campaigns=2, senders=1, queued=3)
    assert AuditEvent.objects.filter(action="workspace.paused").count() == 1
    assert Workspace.objects.get(id=stranger.workspace.id).paused_at is None


def test_nothing_is_claimed_any_more_and_what_is_claimed_is_not_started(actor, busy, sender, now):
    pausing.pause_all(actor=actor, now=now)
    claim = {"worker": "w2", "lease": timedelta(minutes=1), "closed": [], "now": now, "limit": 20}
    assert Delivery.objects.claim(sender=sender, **claim) == []
    claimed = Delivery.objects.get(status="claimed")
    assert not Delivery.objects.mark_inflight(claimed.id, worker="w", message_id="<x@acme.example>", now=now)


def test_campaigns_and_senders_stay_as_they_are(actor, busy, now):
    before = list(Campaign.objects.order_by("id").values_list("status")), list(Sender.objects.order_by("id").values_list("status"))
    pausing.pause_all(actor=actor, now=now)
    assert (
        list(Campaign.objects.order_by("id").values_list("status")),
        list(Sender.objects.order_by("id").values_list("status")),
    ) == before
