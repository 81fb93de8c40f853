from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Case, F, Q, Value, When

from campaigns.models.campaign import Campaign, CampaignStatus
from campaigns.models.enrollment import Enrollment, EnrollmentStatus
from campaigns.models.lead import Lead
from campaigns.models.sender import Sender, SenderDay, SenderStatus
from campaigns.models.sequence import SequenceStep
from campaigns.models.suppression import suppressed
from rocketsdr.accounts.models import Workspace


class DeliveryStatus(models.TextChoices):
    PREPARED = "prepared", "Written; the campaign is not launched"
    BLOCKED = "blocked", "Cannot be written"
    QUEUED = "queued"
    CLAIMED = "claimed", "A worker has it and has not started"
    INFLIGHT = "inflight", "The server may have it"
    SENT = "sent"
    DEFERRED = "deferred", "The server asked for a later try"
    FAILED = "failed"
    UNKNOWN = "unknown", "Silence after the message went out: never sent again without a witness"
    CANCELLED = "cancelled"


WAITING = [DeliveryStatus.QUEUED, DeliveryStatus.DEFERRED]
NOT_STARTED = [DeliveryStatus.PREPARED, *WAITING, DeliveryStatus.CLAIMED]
INFLIGHT_LEASE = timedelta(seconds=60)  # longer than a server may take to answer DATA, so that only a dead worker's runs out
OPEN = [*WAITING, DeliveryStatus.CLAIMED, DeliveryStatus.INFLIGHT]

# One statement: the day's row is locked, at most what is left of the cap is taken, and the same statement counts it.
_CLAIM = """
    WITH day AS (
        SELECT id, used FROM campaigns_senderday WHERE sender_id = %(sender)s AND day = %(day)s FOR UPDATE
    ), room AS (
        SELECT CASE WHEN %(cap)s::int IS NULL THEN %(limit)s ELSE greatest(least(%(limit)s, %(cap)s::int - used), 0) END AS size FROM day
    ), due AS ({due}
    ), claimed AS (
        UPDATE campaigns_delivery
        SET status = 'claimed', worker = %(worker)s, lease_until = %(lease_until)s, cap_day = %(day)s
        WHERE id IN (SELECT id FROM due ORDER BY due_at, id LIMIT (SELECT size FROM room)) RETURNING id, due_at
    ), counted AS (
        UPDATE campaigns_senderday SET used = used + (SELECT count(*) FROM claimed) WHERE id = (SELECT id FROM day)
    )
    SELECT id FROM claimed ORDER BY due_at, id
"""


# Committed before DATA. The conditions on the row itself stand outside the subquery, so that PostgreSQL checks them again when a
# rival changes the row.
_MARK_INFLIGHT = """
    UPDATE campaigns_delivery SET status = 'inflight', message_id = %(message_id)s, lease_until = %(lease_until)s
    WHERE id = %(id)s AND status = 'claimed' AND worker = %(worker)s AND lease_until > %(now)s AND id IN ({sendable})
"""
_SOME_ID, _SOME_TIME = -1, datetime(1, 1, 1, tzinfo=UTC)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> DeliveryQuerySet:
        """Return the deliveries that may be sent now, sending hours and caps aside; nothing else decides this."""
        return self.filter(status__in=WAITING, due_at__lte=now).sendable(now)

    def sendable(self, now: datetime) -> DeliveryQuerySet:
        """Return those that no pause, hold, missing approval, opt-out, reply or suppression forbids."""
        by_email, by_domain = suppressed(email="lead__email_key", domain="lead__domain")
        return self.filter(
            ~by_email,
            ~by_domain,
            campaign__status=CampaignStatus.RUNNING,
            campaign__hold_until__lte=now,
            campaign__approved_digest=F("campaign__launch_digest"),
            workspace__paused_at__isnull=True,
            enrollment__status=EnrollmentStatus.ACTIVE,
        ).exclude(sender__status=SenderStatus.PAUSED)

    def of_suppressed_leads(self) -> DeliveryQuerySet:
        """Return the deliveries to people whom the suppression list names: a union, which takes no further filter."""
        by_email, by_domain = suppressed(email="lead__email_key", domain="lead__domain")
        return self.filter(by_email).union(self.filter(by_domain))

    def for_sender(self, sender: Sender) -> DeliveryQuerySet:
        """Return the deliveries of the leads that this sender writes to."""
        return self.filter(sender_id=sender.id, workspace_id=sender.workspace_id)

    def claim(self, *, sender: Sender, worker: str, lease: timedelta, closed: Collection[int], now: datetime, limit: int) -> list[int]:
        """Take due deliveries for this worker in one statement (SKIP LOCKED), within the sender's cap of the day; return their ids.

        `closed` names the campaigns that are outside their sending hours now.
        """
        SenderDay.objects.bulk_create([SenderDay(sender=sender, day=now.date())], ignore_conflicts=True)
        with transaction.atomic():
            due = self.due(now).for_sender(sender).exclude(campaign_id__in=closed).order_by("due_at", "id")[:limit]
            sql, params = due.select_for_update(skip_locked=True, of=("self",)).values("id", "due_at").query.sql_with_params()
            named = {f"p{place}": value for place, value in enumerate(params)}
            claim = _CLAIM.format(due=sql % tuple(f"%({name})s" for name in named))
            own = {
                "sender": sender.id,
                "day": now.date(),
                "cap": sender.daily_cap,
                "limit": limit,
                "worker": worker,
                "lease_until": now + lease,
            }
            with connection.cursor() as cursor:
                cursor.execute(claim, named | own)
                return [row[0] for row in cursor.fetchall()]

    def renew(self, ids: Collection[int], *, worker: str, lease_until: datetime) -> int:
        """Let this worker keep its claims until `lease_until`; return how many it still had."""
        return self.filter(id__in=ids, worker=worker, status=DeliveryStatus.CLAIMED).update(lease_until=lease_until)

    def mark_inflight(self, delivery_id: int, *, worker: str, message_id: str, now: datetime) -> bool:
        """Say, committed before DATA, that the server may get this message; False when the lease is lost or it may not be sent any more."""
        given = {"id": delivery_id, "worker": worker, "message_id": message_id, "lease_until": now + INFLIGHT_LEASE, "now": now}
        sql, fixed = _mark_inflight()
        with connection.cursor() as cursor:
            cursor.execute(sql, fixed | given)
            return bool(cursor.rowcount == 1)

    def release_expired(self, now: datetime) -> int:
        """Give back what a worker claimed and never started, with its place in the cap; return how many."""
        with transaction.atomic():
            expired = self.filter(status=DeliveryStatus.CLAIMED, lease_until__lte=now).select_for_update(skip_locked=True)
            return self.release(list(expired))

    def release(self, claimed: list[Delivery]) -> int:
        """Put claimed deliveries (rows that this transaction has locked) back into the queue and their places back into the caps."""
        places = Counter((each.sender_id, each.cap_day) for each in claimed if each.sender_id is not None and each.cap_day is not None)
        for (sender_id, day), number in places.items():
            SenderDay.objects.filter(sender_id=sender_id, day=day).update(used=F("used") - number)
        ids = [delivery.id for delivery in claimed]
        waiting = Case(When(attempts=0, then=Value(DeliveryStatus.QUEUED)), default=Value(DeliveryStatus.DEFERRED))
        return self.filter(id__in=ids, status=DeliveryStatus.CLAIMED).update(status=waiting, worker="", lease_until=None, cap_day=None)

    def settle_expired(self, now: datetime) -> list[Delivery]:
        """Say `unknown` of every message whose worker fell silent after the server may have got it; return them."""
        with transaction.atomic():
            lost = list(self.filter(status=DeliveryStatus.INFLIGHT, lease_until__lte=now).select_for_update(skip_locked=True))
            note = "The worker fell silent after the server may have taken the message."
            self.filter(id__in=[delivery.id for delivery in lost]).update(status=DeliveryStatus.UNKNOWN, note=note, lease_until=None)
            return lost

    def cancel_rest(self, enrollments: models.QuerySet[Enrollment], *, reason: str) -> int:
        """Cancel everything of these enrollments that no server has seen yet; return how many."""
        return self.filter(enrollment__in=enrollments, status__in=NOT_STARTED).update(
            status=DeliveryStatus.CANCELLED, note=reason, lease_until=None
        )


@cache
def _mark_inflight() -> tuple[str, dict[str, Any]]:
    """Write the statement once: that takes Django many times as long as PostgreSQL needs to run it."""
    mine = Delivery.objects.filter(pk=_SOME_ID).sendable(_SOME_TIME).order_by().values("pk")
    sql, params = mine.query.sql_with_params()
    places = {_SOME_ID: "id", _SOME_TIME: "now"}
    names = [places.get(value, f"p{place}") if isinstance(value, int | datetime) else f"p{place}" for place, value in enumerate(params)]
    fixed = {name: value for name, value in zip(names, params, strict=True) if name not in places.values()}
    return _MARK_INFLIGHT.format(sendable=sql % tuple(f"%({name})s" for name in names)), fixed


class Delivery(models.Model):
    """One e-mail of one step to one lead: the row is the queue, and its constraint is what makes a second one impossible."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="deliveries")
    step = models.ForeignKey(SequenceStep, on_delete=models.PROTECT, related_name="deliveries")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="deliveries")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="deliveries")
    sender = models.ForeignKey(Sender, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(max_length=10, choices=DeliveryStatus)
    due_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cap_day = models.DateField(null=True, blank=True, help_text="The day in whose cap a claim was counted.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often the server has refused it for now.")
    message_id = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="What the server or the platform said last.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "step", "lead"], name="one_delivery_per_step"),
            models.UniqueConstraint(fields=["message_id"], condition=~Q(message_id=""), name="one_delivery_per_message_id"),
            models.CheckConstraint(condition=Q(status__in=DeliveryStatus.values), name="delivery_status_is_known"),
            models.CheckConstraint(condition=~Q(status__in=WAITING) | Q(due_at__isnull=False), name="waiting_delivery_is_due_some_time"),
            models.CheckConstraint(condition=~Q(status="sent") | Q(sent_at__isnull=False), name="sent_delivery_has_its_time"),
            models.CheckConstraint(
                condition=~Q(status__in=["claimed", "inflight"]) | Q(lease_until__isnull=False), name="claimed_delivery_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "due_at", "id"], condition=Q(status__in=WAITING), name="delivery_queue"),
            models.Index(fields=["lease_until"], condition=Q(status__in=["claimed", "inflight"]), name="delivery_leases"),
            models.Index(fields=["enrollment"], name="delivery_by_enrollment"),
            models.Index(fields=["campaign", "status"], name="delivery_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk} ({self.status})"


class RenderedEmail(models.Model):
    """The words of one delivery as its recipient will read them, written when the delivery was planned."""

    delivery = models.OneToOneField(Delivery, primary_key=True, on_delete=models.CASCADE, related_name="email")
    subject = models.CharField(max_length=500, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    missing_variables = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of subject and bodies: the preview and the sent mail have the same.")
    source_digest = models.CharField(max_length=64, help_text="SHA-256 of the template and the facts that it was written from.")

    def __str__(self) -> str:
        return self.subject
