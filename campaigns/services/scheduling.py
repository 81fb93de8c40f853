"""When the next e-mail of a sequence is due, and its words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import (
    Campaign,
    CampaignStatus,
    Delivery,
    DeliveryStatus,
    Enrollment,
    EnrollmentStatus,
    Event,
    EventKind,
    Sender,
    SequenceStep,
)
from campaigns.models.delivery import OPEN
from campaigns.rules import sending_hours
from campaigns.services import composing


def plan_next_step(*, after: Delivery, now: datetime) -> None:
    """Write and queue the e-mail after this one, or finish the lead's sequence; within the caller's transaction."""
    enrollment = after.enrollment
    if enrollment.status != EnrollmentStatus.ACTIVE:
        return
    step = next((each for each in after.campaign.steps.all() if each.position > after.step.position), None)
    if step is None:
        Enrollment.objects.filter(id=enrollment.id, status=EnrollmentStatus.ACTIVE).update(status=EnrollmentStatus.FINISHED, ended_at=now)
        return
    _plan(step, after, now)


def _plan(step: SequenceStep, after: Delivery, now: datetime) -> None:
    campaign, enrollment, sender = after.campaign, after.enrollment, after.sender
    if sender is None:
        raise RuntimeError(f"Delivery {after.pk} was sent by nobody.")
    first = campaign.steps.all()[0]
    head = composing.letterhead(campaign=campaign, step=step, first=first, sender=sender, workspace=campaign.workspace)
    parts = head.write(after.lead, unsubscribe_url=composing.unsubscribe_url(enrollment))
    delivery = Delivery.objects.create(
        workspace_id=after.workspace_id,
        campaign=campaign,
        step=step,
        lead=after.lead,
        enrollment=enrollment,
        sender=sender,
        status=DeliveryStatus.BLOCKED if parts.reason_to_block else DeliveryStatus.QUEUED,
        note=parts.reason_to_block[:500],
        due_at=due_at(campaign, sender, earliest=now + timedelta(days=step.wait_days)),
        created_at=now,
    )
    composing.rendered(parts, delivery_id=delivery.id, source_digest=head.digest).save(force_insert=True)
    if parts.reason_to_block:
        _block(delivery, now)
    else:
        _reopen(campaign)


def _reopen(campaign: Campaign) -> None:
    """Let a campaign go on that seemed complete: a late answer of a server, or a witness, has brought a lead back."""
    Campaign.objects.filter(id=campaign.id, status=CampaignStatus.COMPLETED).update(status=CampaignStatus.RUNNING, completed_at=None)


def _block(delivery: Delivery, now: datetime) -> None:
    Enrollment.objects.filter(id=delivery.enrollment_id).update(status=EnrollmentStatus.BLOCKED, ended_at=now)
    Event.objects.create(
        workspace_id=delivery.workspace_id,
        campaign_id=delivery.campaign_id,
        lead_id=delivery.lead_id,
        step=delivery.step.position,
        kind=EventKind.BLOCKED,
        at=now,
    )


def due_at(campaign: Campaign, sender: Sender, *, earliest: datetime) -> datetime:
    """Return the first moment from `earliest` on at which this sender may write in the campaign's sending hours."""
    if sender.any_hour:
        return earliest
    return sending_hours.next_slot(
        earliest, timezone=campaign.timezone, days=campaign.send_days, start=campaign.send_from, end=campaign.send_to
    )


def closed_campaigns(sender: Sender, *, now: datetime) -> list[int]:
    """Return the running campaigns of this sender that are outside their sending hours now."""
    if sender.any_hour:
        return []
    running = sender.campaigns.filter(status=CampaignStatus.RUNNING)
    return [campaign.id for campaign in running if not is_open(campaign, now=now)]


def is_open(campaign: Campaign, *, now: datetime) -> bool:
    """Say whether now lies in the campaign's sending hours."""
    return sending_hours.is_open(now, timezone=campaign.timezone, days=campaign.send_days, start=campaign.send_from, end=campaign.send_to)


def finish_campaigns(campaigns: QuerySet[Campaign], *, now: datetime) -> int:
    """Complete the running campaigns that have nothing left to send; return how many."""
    unsent = Delivery.objects.filter(campaign=OuterRef("pk"), status__in=[DeliveryStatus.PREPARED, *OPEN])
    finished = campaigns.filter(~Exists(unsent), status=CampaignStatus.RUNNING)
    return finished.update(status=CampaignStatus.COMPLETED, completed_at=now)
