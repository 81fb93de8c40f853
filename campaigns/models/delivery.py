from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Case, F, Q, Value, When

from campaigns.models.campaign import Campaign, CampaignStatus
from campaigns.models.enrollment import Enrollment, EnrollmentStatus
from campaigns.models.lead import Lead
from campaigns.models.sender import Sender, SenderDay, SenderStatus
from campaigns.models.sequence import SequenceStep
from campaigns.models.suppression import suppressed
from rocketsdr.accounts import quotas
from rocketsdr.accounts.models import QuotaUse, Workspace


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

# The day's rows, so that a claim has something to lock: the sender's, and one for each credential whose e-mails have a cap and that
# has launched a campaign of this sender (one that is not running yet may be so in a moment). Of two credentials that launched it
# together, the one with the smaller cap is charged.
_OPEN_DAY = """
    WITH capped AS (
        SELECT DISTINCT ON (c.id) c.id AS campaign, k.workspace_id, 'key:' || k.id AS credential, k.sends_per_day AS cap
        FROM accounts_apikey k
        JOIN campaigns_campaign c ON c.workspace_id = k.workspace_id AND c.status NOT IN ('draft', 'archived')
            AND 'key:' || k.id = ANY (string_to_array(c.launched_with, '+'))
        JOIN campaigns_campaign_senders s ON s.campaign_id = c.id AND s.sender_id = %(sender)s
        WHERE k.workspace_id = %(workspace)s AND k.sends_per_day IS NOT NULL
        ORDER BY c.id, k.sends_per_day, k.id
    ), sender_day AS (
        INSERT INTO campaigns_senderday (sender_id, day, used) VALUES (%(sender)s, %(day)s, 0) ON CONFLICT DO NOTHING
    ), credential_day AS (
        INSERT INTO accounts_quotause (workspace_id, credential, name, day, used)
        SELECT DISTINCT workspace_id, credential, 'sends', %(day)s::date, 0 FROM capped ORDER BY credential ON CONFLICT DO NOTHING
    )
    SELECT campaign, capped.credential, cap, coalesce(u.used, 0) < cap FROM capped LEFT JOIN accounts_quotause u
        ON u.workspace_id = capped.workspace_id AND u.credential = capped.credential AND u.name = 'sends' AND u.day = %(day)s
"""

# One statement: the day's rows are locked (the sender's first, as in `release`), at most what is left of the caps is taken, and the
# same statement counts it. A credential's place is numbered among the due ones, since several of its campaigns may be in the batch.
_CLAIM = """
    WITH day AS (
        SELECT id, used FROM campaigns_senderday WHERE sender_id = %(sender)s AND day = %(day)s FOR UPDATE
    ), room AS (
        SELECT CASE WHEN %(cap)s::int IS NULL THEN %(limit)s ELSE greatest(least(%(limit)s, %(cap)s::int - used), 0) END AS size FROM day
    ), capped AS (
        SELECT * FROM unnest(%(campaigns)s::bigint[], %(credentials)s::text[], %(caps)s::int[]) AS c (campaign_id, credential, cap)
    ), spent AS (
        SELECT credential, used FROM accounts_quotause WHERE (SELECT count(*) FROM day) > 0
            AND workspace_id = %(workspace)s AND name = 'sends' AND day = %(day)s AND credential = ANY (%(credentials)s::text[])
        ORDER BY credential FOR UPDATE
    ), due AS ({due}
    ), placed AS (
        SELECT due.id, due.due_at, coalesce(capped.credential, '') AS credential, capped.cap - spent.used AS room,
            row_number() OVER (PARTITION BY capped.credential ORDER BY due.due_at, due.id) AS place
        FROM due LEFT JOIN capped ON capped.campaign_id = due.campaign_id LEFT JOIN spent ON spent.credential = capped.credential
    ), allowed AS (
        SELECT id, credential FROM placed WHERE credential = '' OR place <= room ORDER BY due_at, id LIMIT (SELECT size FROM room)
    ), claimed AS (
        UPDATE campaigns_delivery taken SET status = 'claimed', worker = %(worker)s, lease_until = %(lease_until)s, cap_day = %(day)s,
            cap_credential = allowed.credential
        FROM allowed WHERE taken.id = allowed.id RETURNING taken.id, taken.due_at, taken.cap_credential
    ), counted AS (
        UPDATE campaigns_senderday SET used = used + (SELECT count(*) FROM claimed) WHERE id = (SELECT id FROM day)
    ), charged AS (
        UPDATE accounts_quotause u SET used = u.used + c.number
        FROM (SELECT cap_credential, count(*) AS number FROM claimed WHERE cap_credential <> '' GROUP BY cap_credential) c
        WHERE u.workspace_id = %(workspace)s AND u.name = 'sends' AND u.day = %(day)s AND u.credential = c.cap_credential
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
        """Take due deliveries for this worker in one statement (SKIP LOCKED), within the day's caps of the sender and of the credentials
        that launched their campaigns; return their ids.

        `closed` names the campaigns that are outside their sending hours now.
        """
        own: dict[str, Any] = {
            "sender": sender.id,
            "workspace": sender.workspace_id,
            "day": now.date(),
            "cap": sender.daily_cap,
            "limit": limit,
        }
        capped = _open_day(own)
        used_up = [each.campaign_id for each in capped if not each.has_room]
        with transaction.atomic():
            due = self.due(now).for_sender(sender).exclude(campaign_id__in=[*closed, *used_up]).order_by("due_at", "id")[:limit]
            locked = due.select_for_update(skip_locked=True, of=("self",)).values("id", "due_at", "campaign_id")
            sql, params = locked.query.sql_with_params()
            named = {f"p{place}": value for place, value in enumerate(params)}
            claim = _CLAIM.format(due=sql % tuple(f"%({name})s" for name in named))
            campaigns, credentials, caps, _ = map(list, zip(*capped, strict=True)) if capped else ([], [], [], [])
            own |= {"campaigns": campaigns, "credentials": credentials, "caps": caps, "worker": worker, "lease_until": now + lease}
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
        for (sender_id, day), number in sorted(places.items()):
            SenderDay.objects.filter(sender_id=sender_id, day=day).update(used=F("used") - number)
        capped = [each for each in claimed if each.cap_credential]
        charged = Counter((each.workspace_id, each.cap_credential, each.cap_day) for each in capped if each.cap_day is not None)
        for (workspace_id, credential, day), number in sorted(charged.items()):
            today = QuotaUse.objects.filter(workspace_id=workspace_id, credential=credential, name=quotas.SENDS, day=day)
            today.update(used=F("used") - number)
        ids = [delivery.id for delivery in claimed]
        waiting = Case(When(attempts=0, then=Value(DeliveryStatus.QUEUED)), default=Value(DeliveryStatus.DEFERRED))
        return self.filter(id__in=ids, status=DeliveryStatus.CLAIMED).update(
            status=waiting, worker="", lease_until=None, cap_day=None, cap_credential=""
        )

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


class SendCap(NamedTuple):
    """A campaign whose credential has a cap on e-mails, and whether that has room left today."""

    campaign_id: int
    credential: str
    cap: int
    has_room: bool


def _open_day(given: Mapping[str, Any]) -> list[SendCap]:
    """Make the rows that a claim locks; return the caps that it has to keep besides the sender's."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_DAY, given)
        return [SendCap(*row) for row in cursor.fetchall()]


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
    cap_credential = models.CharField(max_length=40, blank=True, help_text="The credential in whose cap a claim was counted.")
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
