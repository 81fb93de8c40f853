"""The tick makes up for every message that was lost, and two ticks at once do no harm."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from campaigns.models import Campaign, Delivery, DeliveryStatus, Event, Lead, LeadImport, Sender
from campaigns.services import heartbeat, preparing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(campaign, sender, lead) -> Delivery:
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    return factories.DeliveryFactory.create(enrollment=enrollment)


def test_a_sender_with_due_mail_is_woken(queued, sender, jobs, now):
    heartbeat.tick(now=now)
    assert ("campaigns.pump", {"sender_id": sender.id}) in jobs.waiting


@pytest.mark.parametrize(
    "rest",
    [{"status": "paused"}, {"status": "failing", "retry_at": factories.NOW + timedelta(seconds=1)}],
)
def test_a_sender_at_rest_is_left_alone(queued, sender, jobs, now, rest):
    Sender.objects.filter(id=sender.id).update(**rest)
    heartbeat.tick(now=now)
    assert jobs.waiting == []


def test_nothing_due_wakes_nobody(queued, jobs, now):
    Delivery.objects.update(due_at=now + timedelta(seconds=1))
    heartbeat.tick(now=now)
    assert jobs.waiting == []


def test_a_lost_import_is_asked_for_again(draft, jobs, now):
    lost = LeadImport.objects.create(workspace=draft.workspace, campaign=draft, content=b"x", content_digest="c" * 64, created_at=now)
    heartbeat.tick(now=now)
    assert jobs.waiting == [], "it may still be under way"
    heartbeat.tick(now=now + timedelta(seconds=10))
    assert jobs.waiting == [("campaigns.import_csv", {"lead_import_id": lost.id})]


def test_a_launch_that_lost_its_job_is_asked_for_again(draft, jobs, now):
    Campaign.objects.filter(id=draft.id).update(status="importing", launched_at=now)
    heartbeat.tick(now=now + timedelta(seconds=10))
    assert jobs.waiting == [("campaigns.write_first_emails", {"campaign_id": draft.id})]


def test_a_lead_whose_suppression_came_at_the_moment_of_its_import_waits_for_nothing(queued, now):
    factories.SuppressionFactory.create(workspace=queued.workspace, value=queued.lead.email)
    heartbeat.tick(now=now)
    queued.refresh_from_db()
    assert (queued.status, queued.enrollment.status) == (DeliveryStatus.CANCELLED, "suppressed")
    assert Campaign.objects.get(id=queued.campaign_id).status == "completed"


def test_what_a_dead_worker_left_is_settled(queued, sender, now):
    dead = now - timedelta(seconds=1)
    Delivery.objects.filter(id=queued.id).update(status="inflight", worker="w0", lease_until=dead, sender=sender)
    heartbeat.tick(now=now)
    queued.refresh_from_db()
    assert queued.status == DeliveryStatus.UNKNOWN
    assert Event.objects.get().kind == "unknown"


def test_a_campaign_with_doubtful_mail_only_is_complete(queued, now):
    Delivery.objects.update(status="unknown")
    heartbeat.tick(now=now)
    assert Campaign.objects.get(id=queued.campaign_id).status == "completed"


def test_a_campaign_with_mail_to_come_is_not(queued, now):
    Delivery.objects.update(due_at=now + timedelta(days=3))
    heartbeat.tick(now=now)
    assert Campaign.objects.get(id=queued.campaign_id).status == "running"


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_do_no_harm(campaign, sender, now):
    lead = factories.LeadFactory.create(workspace=campaign.workspace)
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    factories.DeliveryFactory.create(
        enrollment=enrollment, status="inflight", worker="w0", lease_until=now - timedelta(seconds=1), sender=sender
    )

    def tick() -> None:
        try:
            heartbeat.tick(now=now)
        finally:
            connection.close()

    ticks = [threading.Thread(target=tick) for _ in range(4)]
    for each in ticks:
        each.start()
    for each in ticks:
        each.join()
    assert Event.objects.count() == 1


def test_one_tick_ends_no_more_than_it_has_time_for(campaign, sender, now, monkeypatch):
    monkeypatch.setattr(heartbeat, "ENDED_AT_ONCE", 2)
    for _ in range(3):
        factories.DeliveryFactory.create(enrollment__campaign=campaign, enrollment__sender=sender)
    factories.SuppressionFactory.create(workspace=campaign.workspace, kind="domain", value="customer.example")
    heartbeat.tick(now=now)
    assert Delivery.objects.filter(status="queued").count() == 1
    heartbeat.tick(now=now)
    assert not Delivery.objects.filter(status="queued").exists()


@pytest.fixture
def read(draft: Campaign, lead: Lead, now: datetime) -> Campaign:
    """A draft whose file has been read, with one lead."""
    factories.EnrollmentFactory.create(campaign=draft, lead=lead)
    LeadImport.objects.create(
        workspace=draft.workspace,
        campaign=draft,
        content_digest="c" * 64,
        status="done",
        rows=1,
        accepted=1,
        created_at=now,
        finished_at=now,
    )
    return draft


SOON = timedelta(minutes=1)


def test_a_draft_whose_writing_was_lost_is_written(read, jobs, now):
    heartbeat.tick(now=now)
    assert jobs.waiting == [], "it may still be under way"
    heartbeat.tick(now=now + SOON)
    assert jobs.waiting == [("campaigns.write_first_emails", {"campaign_id": read.id})]


def test_a_draft_that_is_written_is_left_alone(read, jobs, now):
    preparing.write_first_emails(campaign_id=read.id, now=now)
    before = jobs.names
    heartbeat.tick(now=now + SOON)
    assert jobs.names == before


LEFT_ALONE = {
    "without a product": lambda draft: Campaign.objects.filter(id=draft.id).update(product=None),
    "without a sender": lambda draft: draft.senders.clear(),
    "whose leads have all left": lambda draft: draft.enrollments.update(status="unsubscribed"),
    "whose next file is under way": lambda draft: LeadImport.objects.create(
        workspace=draft.workspace, campaign=draft, content=b"x", content_digest="d" * 64, created_at=factories.NOW + SOON
    ),
    "of long ago": lambda draft: LeadImport.objects.update(finished_at=factories.NOW - timedelta(days=2)),
}


@pytest.mark.parametrize("what", LEFT_ALONE)
def test_a_draft_that_cannot_be_written_now_is_left_alone(read, jobs, now, what):
    LEFT_ALONE[what](read)
    heartbeat.tick(now=now + SOON)
    assert jobs.waiting == []


def test_what_is_rare_is_looked_for_once_a_minute(read, queued, jobs, now):
    factories.SuppressionFactory.create(workspace=queued.workspace, value=queued.lead.email)
    heartbeat.tick(now=now + SOON + timedelta(seconds=5))
    queued.refresh_from_db()
    assert (queued.status, jobs.waiting) == (DeliveryStatus.QUEUED, [])
