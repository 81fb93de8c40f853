"""Writing each lead's first e-mail ahead of time, so that a fault shows before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import (
    Campaign,
    CampaignStatus,
    Delivery,
    DeliveryStatus,
    Enrollment,
    EnrollmentStatus,
    Lead,
    RenderedEmail,
    Sender,
    SequenceStep,
)
from campaigns.services import bulk, composing, following, sequences
from campaigns.services.composing import Letterhead
from rocketsdr.lib import progress
from rocketsdr.lib.jobs import enqueue
from rocketsdr.lib.locks import alone

BATCH = 500  # leads written in one transaction
WRITE_LOCK = 7_302  # the class of the advisory locks that let one worker at a time write a campaign
WRITING = "Writing the first e-mails."
REWRITABLE = [DeliveryStatus.PREPARED, DeliveryStatus.BLOCKED]
WRITABLE = [EnrollmentStatus.ACTIVE, EnrollmentStatus.BLOCKED]


def enqueue_drafts(drafts: QuerySet[Campaign]) -> None:
    """Have the e-mails of these campaigns written anew, as far as they are drafts: something they state has changed."""
    for campaign_id in drafts.filter(status=CampaignStatus.DRAFT, product__isnull=False, persona__isnull=False).values_list(
        "id", flat=True
    ):
        enqueue("campaigns.write_first_emails", campaign_id=campaign_id)


def write_first_emails(*, campaign_id: int, now: datetime) -> None:
    """Write what is missing or out of date of a campaign's first e-mails, then let a launch that waited for them go on.

    When another worker is writing them, this will leave it to that one, which looks again when it is done. A launch that is paused
    meanwhile keeps what is written; resuming it goes on with the rest.
    """
    try:
        with alone(WRITE_LOCK, campaign_id) as is_alone, following.reported(campaign_id=campaign_id, now=now):
            if not is_alone or not _write_all(campaign_id, now):
                return
    except following.Stopped:
        return
    enqueue("campaigns.write_first_emails" if _is_outdated(campaign_id) else "campaigns.advance_launch", campaign_id=campaign_id)


def _write_all(campaign_id: int, now: datetime) -> bool:
    """Write batch after batch; False when the campaign is not to be written."""
    campaign = _with_fresh_steps(campaign_id)
    if campaign is None or not is_writable(campaign):
        return False
    assign_senders(campaign)
    has_many = campaign.enrollments.count() > BATCH
    if has_many:
        bulk.analyze(Lead, Enrollment)
    done, total = _so_far(campaign)
    progress.report(done, total, WRITING)
    for sender in campaign.senders.all():
        last: int | None = 0
        while last is not None:
            written, last = _write_batch(campaign, sender, last, now)
            done += written
            progress.report(done, total, WRITING)
    if has_many:
        bulk.analyze(Delivery, RenderedEmail)
    return True


def _so_far(campaign: Campaign) -> tuple[int, int]:
    """Return how many of the first e-mails are written and up to date, and how many there will be."""
    total = campaign.enrollments.filter(status__in=WRITABLE).count()
    missing = (unwritten(campaign, sender, first_letterhead(campaign, sender)).count() for sender in campaign.senders.all())
    return max(total - sum(missing), 0), total


def _is_outdated(campaign_id: int) -> bool:
    """Say whether something was changed while we wrote: who asked for it to be written was sent away."""
    campaign = Campaign.objects.select_related("workspace", "product", "persona").get(id=campaign_id)
    return is_writable(campaign) and campaign.senders.exists() and not all_written(campaign)


@transaction.atomic
def _with_fresh_steps(campaign_id: int) -> Campaign | None:
    """Return the campaign; the default sequence of a draft is made anew when product or persona have changed."""
    campaign = _locked(campaign_id)
    if campaign is not None and campaign.status == CampaignStatus.DRAFT and campaign.product_id and campaign.persona_id:
        sequences.refresh_default_steps(campaign)
    return campaign


def _locked(campaign_id: int) -> Campaign | None:
    campaigns = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("workspace", "product", "persona")
    return campaigns.filter(id=campaign_id).first()


def is_writable(campaign: Campaign) -> bool:
    """Say whether the campaign knows what to say, and has not said it yet."""
    open_states = [CampaignStatus.DRAFT, CampaignStatus.IMPORTING, CampaignStatus.PAUSED]
    return (
        not campaign.launch_digest
        and campaign.status in open_states
        and bool(campaign.product_id and campaign.persona_id)
        and campaign.steps.exists()
    )


def unwritten(campaign: Campaign, sender: Sender, head: Letterhead, *, after: int = 0) -> QuerySet[Enrollment]:
    """Return the leads of this sender, behind an enrolment, whose first e-mail is missing or was written from something else."""
    # Said twice, of both tables, so that PostgreSQL need not look at what is written already to find the next batch.
    first = Delivery.objects.filter(enrollment=OuterRef("pk"), enrollment_id__gt=after, step__position=1)
    fresh = Q(email__source_digest=head.digest, created_at__gte=OuterRef("lead__updated_at"))
    current = first.filter(fresh | ~Q(status__in=REWRITABLE))
    return campaign.enrollments.filter(~Exists(current), id__gt=after, sender=sender, status__in=WRITABLE)


def all_written(campaign: Campaign) -> bool:
    """Say whether every lead's first e-mail is written, or known not to be writable."""
    if _homeless(campaign).exists():
        return False
    heads = [(sender, first_letterhead(campaign, sender)) for sender in campaign.senders.all()]
    return not any(unwritten(campaign, sender, head).exists() for sender, head in heads)


def first_letterhead(campaign: Campaign, sender: Sender) -> Letterhead:
    """Return what the first step says in the name of this sender."""
    first = first_step(campaign)
    return composing.letterhead(campaign=campaign, step=first, first=first, sender=sender, workspace=campaign.workspace)


def first_step(campaign: Campaign) -> SequenceStep:
    """Return the step that opens the sequence."""
    return campaign.steps.get(position=1)


def _homeless(campaign: Campaign) -> QuerySet[Enrollment]:
    """Return the leads that none of the campaign's senders writes to."""
    return campaign.enrollments.filter(Q(sender__isnull=True) | ~Q(sender__in=campaign.senders.all()), status__in=WRITABLE)


def assign_senders(campaign: Campaign) -> None:
    """Share the leads out among the campaign's senders; who has one that is still chosen keeps it."""
    senders = list(campaign.senders.order_by("id"))
    ids = list(_homeless(campaign).order_by("id").values_list("id", flat=True)) if senders else []
    for place, sender in enumerate(senders):
        Enrollment.objects.filter(id__in=ids[place :: len(senders)]).update(sender=sender)


@transaction.atomic
def _write_batch(campaign: Campaign, sender: Sender, after: int, now: datetime) -> tuple[int, int | None]:
    """Write up to a batch of those behind an enrolment; return how many, and where the next one begins, if there may be one.

    The lock on the campaign keeps two writers from writing the same lead.
    """
    locked = _locked(campaign.id)
    if locked is None or not is_writable(locked):
        return 0, None
    campaign = locked
    head, step = first_letterhead(campaign, sender), first_step(campaign)
    waiting = unwritten(campaign, sender, head, after=after).select_related("lead").order_by("id")
    batch = list(waiting.select_for_update(of=("self",), no_key=True)[:BATCH])  # an opt-out at this moment waits, or is seen
    Delivery.objects.filter(enrollment__in=batch, step=step, status__in=REWRITABLE).delete()
    _store(campaign, step, head, batch, now)
    return len(batch), batch[-1].id if len(batch) == BATCH else None


def _store(campaign: Campaign, step: SequenceStep, head: Letterhead, batch: Iterable[Enrollment], now: datetime) -> None:
    written = [(enrollment, head.write(enrollment.lead, unsubscribe_url=composing.unsubscribe_url(enrollment))) for enrollment in batch]
    deliveries = [
        Delivery(
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            step_id=step.id,
            lead_id=enrollment.lead_id,
            enrollment_id=enrollment.id,
            sender_id=enrollment.sender_id,
            status=DeliveryStatus.BLOCKED if parts.reason_to_block else DeliveryStatus.PREPARED,
            note=parts.reason_to_block[:500],
            created_at=now,
        )
        for enrollment, parts in written
    ]
    bulk.create(deliveries)
    bulk.create(
        [
            composing.rendered(parts, delivery_id=delivery.id, source_digest=head.digest)
            for delivery, (_, parts) in zip(deliveries, written, strict=True)
        ]
    )
    blocked = [enrollment.id for enrollment, parts in written if parts.reason_to_block]
    ids = [enrollment.id for enrollment, _ in written]
    Enrollment.objects.filter(id__in=ids, status=EnrollmentStatus.BLOCKED).exclude(id__in=blocked).update(status=EnrollmentStatus.ACTIVE)
    Enrollment.objects.filter(id__in=blocked, status=EnrollmentStatus.ACTIVE).update(status=EnrollmentStatus.BLOCKED)


def release(campaign: Campaign, *, due_at: datetime) -> int:
    """Queue the first e-mails that are written; return how many."""
    prepared = campaign.deliveries.filter(status=DeliveryStatus.PREPARED)
    return prepared.update(status=DeliveryStatus.QUEUED, due_at=due_at)
