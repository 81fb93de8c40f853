"""The tick: what makes up for every message that a broker, a worker or a power cut has lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, CampaignStatus, Delivery, Enrollment, EnrollmentStatus, EventKind, LeadImport, Sender, SenderStatus
from campaigns.models.delivery import WAITING
from campaigns.models.lead_import import ImportStatus
from campaigns.services import jobs, launching, scheduling, sending, stopping
from rocketsdr.accounts import approvals
from rocketsdr.lib.jobs import enqueue

TICK_LOCK = 7_300
STALE_AFTER = timedelta(seconds=10)  # how long a message may be under way before the tick sends another
RARE_LOOKS = 5  # seconds at the start of a minute (as many as two ticks are apart) for what is rare and takes many rows to find
DRAFTS_SINCE = timedelta(hours=1)  # how long the tick looks after a draft; a launch looks for itself
DRAFTS_AT_ONCE = 20
ENDED_AT_ONCE = 500  # enrollments that one tick ends, so that it stays short


@transaction.atomic
def tick(*, now: datetime) -> None:
    """Move on whatever the clock allows to move, and wake the workers for it; two ticks at once do no harm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TICK_LOCK])
        if not cursor.fetchone()[0]:
            return
    sending.settle_expired(now=now)
    approvals.expire(now=now)
    if now.second < RARE_LOOKS:
        _end_suppressed(now)
        _wake_drafts(now)
    launching.let_go(now=now)
    scheduling.finish_campaigns(Campaign.objects.all(), now=now)
    _wake_imports(now)
    _wake_launches(now)
    jobs.take_up(now=now, since=now - STALE_AFTER)
    _wake_senders(now)


def _end_suppressed(now: datetime) -> None:
    """End what a suppression missed that was written at the same moment; the claim would never send it, and it would wait for ever."""
    due = Delivery.objects.filter(status__in=WAITING, due_at__lte=now, enrollment__status__in=stopping.ENDABLE)
    waiting = due.of_suppressed_leads().values("enrollment_id")[:ENDED_AT_ONCE]
    stopping.end(Enrollment.objects.filter(id__in=waiting), status=EnrollmentStatus.SUPPRESSED, kind=EventKind.SUPPRESSED, now=now)


def _wake_imports(now: datetime) -> None:
    for import_id in LeadImport.objects.filter(status=ImportStatus.PENDING, created_at__lte=now - STALE_AFTER).values_list("id", flat=True):
        enqueue("campaigns.import_csv", lead_import_id=import_id)


def _wake_launches(now: datetime) -> None:
    stuck = Campaign.objects.filter(status=CampaignStatus.IMPORTING, launched_at__lte=now - STALE_AFTER)
    for campaign_id in stuck.exclude(lead_imports__status=ImportStatus.PENDING).values_list("id", flat=True):
        enqueue("campaigns.write_first_emails", campaign_id=campaign_id)


def _wake_drafts(now: datetime) -> None:
    """Have the drafts written whose message was lost: their file was read lately, and a lead has no first e-mail."""
    read = LeadImport.objects.filter(
        campaign=OuterRef("pk"), status=ImportStatus.DONE, finished_at__range=(now - DRAFTS_SINCE, now - STALE_AFTER)
    )
    written = Delivery.objects.filter(enrollment=OuterRef("pk"))
    unwritten = Enrollment.objects.filter(~Exists(written), campaign=OuterRef("pk"), status=EnrollmentStatus.ACTIVE)
    drafts = Campaign.objects.filter(
        Exists(read),
        Exists(Sender.objects.filter(campaigns=OuterRef("pk"))),
        Exists(unwritten),
        status=CampaignStatus.DRAFT,
        product__isnull=False,
        persona__isnull=False,
    )
    pending = Exists(LeadImport.objects.filter(campaign=OuterRef("pk"), status=ImportStatus.PENDING))
    for campaign_id in drafts.filter(~pending).values_list("id", flat=True)[:DRAFTS_AT_ONCE]:
        enqueue("campaigns.write_first_emails", campaign_id=campaign_id)


def _wake_senders(now: datetime) -> None:
    waiting = Delivery.objects.due(now).filter(sender_id=OuterRef("id"))
    ready = Sender.objects.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now)).exclude(status=SenderStatus.PAUSED)
    for sender_id in ready.filter(Exists(waiting)).values_list("id", flat=True):
        enqueue("campaigns.pump", sender_id=sender_id)
