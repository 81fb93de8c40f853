"""The results of campaigns: counted from what is stored, each number with what it counts and each rate with what it is a part of.

All numbers come from one statement, so that a list and a report never disagree. It turns everything that has happened into facts
(campaign, lead, step, sender, time, kind) and counts them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from campaigns.models import Sender
from campaigns.queries.campaigns import get_campaign
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid

GroupBy = Literal["day", "step", "sender"]
GROUPS = ("day", "step", "sender")
GROUPS_TO_COME = ("variant", "reply_class", "persona")
LAST_YEAR = 9000
Key = int | str | None

_KEYS = {"none": "NULL::int", "day": "(at AT TIME ZONE %(timezone)s)::date", "step": "step", "sender": "sender_id"}

DEFINITIONS = {
    "leads": "leads that were enrolled",
    "sent": "e-mails that a mail server has taken",
    "delivered": "leads whose first e-mail was taken",
    "opens": "not tracked, always 0",
    "clicks": "not tracked, always 0",
    "replies": "leads that have answered",
    "positive": "leads whose thread a person or an agent has marked as interested or as a meeting",
    "meetings": "leads whose thread a person or an agent has marked as a meeting",
    "unsubscribed": "leads that have opted out",
    "bounced": "leads whose address does not exist",
    "failed": "e-mails refused for good",
    "unknown": "e-mails that may have arrived, which are never sent again",
    "blocked": "leads that got no e-mail, because it could not be written",
    "suppressed": "leads that got no e-mail, because the suppression list forbids it",
}
BASIS = " ".join(
    [
        *(f"{name}: {text}." for name, text in DEFINITIONS.items()),
        "In a window each counts at its own time, an e-mail when it was sent and an answer when it came.",
    ]
)
DENOMINATORS = {
    "reply_rate": "replies / delivered leads",
    "positive_rate": "positive / delivered leads",
    "meeting_rate": "meetings / delivered leads",
    "unsubscribe_rate": "unsubscribed / delivered leads",
    "bounce_rate": "bounced / delivered leads",
}
# A reply belongs to the day it came and its e-mail to an earlier one, so that days have no rates.
ROW_DENOMINATORS = {
    "step": {name: text.replace("delivered leads", "e-mails of the step") for name, text in DENOMINATORS.items()},
    "sender": {name: f"{text} of the sender" for name, text in DENOMINATORS.items()},
}

_COUNT = """
    WITH mine AS (
        SELECT id FROM campaigns_campaign WHERE workspace_id = %(workspace)s AND id = ANY(%(campaigns)s)
    ), facts AS (
        SELECT delivery.campaign_id, delivery.lead_id, step.position AS step, delivery.sender_id, delivery.sent_at AS at, 'sent' AS kind
        FROM campaigns_delivery delivery JOIN mine ON mine.id = delivery.campaign_id
            JOIN campaigns_sequencestep step ON step.id = delivery.step_id
        WHERE delivery.status = 'sent'
    UNION ALL
        SELECT event.campaign_id, event.lead_id, event.step, enrollment.sender_id, event.at, event.kind
        FROM campaigns_event event JOIN mine ON mine.id = event.campaign_id
            JOIN campaigns_enrollment enrollment ON enrollment.campaign_id = event.campaign_id AND enrollment.lead_id = event.lead_id
        WHERE event.kind IN ('replied', 'unsubscribed', 'bounced', 'failed') OR event.kind = 'unknown' AND EXISTS (
            SELECT FROM campaigns_delivery delivery JOIN campaigns_sequencestep step ON step.id = delivery.step_id
            WHERE delivery.enrollment_id = enrollment.id AND step.position = event.step AND delivery.status = 'unknown'
        )
    UNION ALL
        SELECT thread.campaign_id, thread.lead_id, (
            SELECT event.step FROM campaigns_event event
            WHERE event.campaign_id = thread.campaign_id AND event.lead_id = thread.lead_id AND event.kind = 'replied' LIMIT 1
        ), enrollment.sender_id, thread.last_message_at, thread.status
        FROM campaigns_conversation thread JOIN mine ON mine.id = thread.campaign_id
            JOIN campaigns_enrollment enrollment ON enrollment.campaign_id = thread.campaign_id AND enrollment.lead_id = thread.lead_id
        WHERE thread.status IN ('interested', 'meeting_booked')
    UNION ALL
        SELECT enrollment.campaign_id, enrollment.lead_id, 1, enrollment.sender_id, state.at, state.kind
        FROM campaigns_enrollment enrollment JOIN mine ON mine.id = enrollment.campaign_id
            CROSS JOIN LATERAL (
                VALUES ('enrolled', enrollment.created_at), (enrollment.status, coalesce(enrollment.ended_at, enrollment.created_at))
            ) AS state (kind, at)
        WHERE state.kind = 'enrolled' OR state.kind IN ('blocked', 'suppressed') AND NOT EXISTS (
            SELECT FROM campaigns_delivery delivery WHERE delivery.enrollment_id = enrollment.id AND delivery.status = 'sent'
        )
    )
    SELECT campaign_id, {key} AS key, kind, count(*), count(DISTINCT lead_id), count(DISTINCT lead_id) FILTER (WHERE step = 1)
    FROM facts WHERE at >= %(start)s AND at < %(end)s GROUP BY 1, 2, 3
"""


class Count(NamedTuple):
    """How many facts of one kind there are, and of how many leads."""

    campaign_id: int
    key: int | date | None
    kind: str
    rows: int
    leads: int
    first_step_leads: int


@dataclass(slots=True)
class Counters:
    """What has happened; `DEFINITIONS` says what each number counts."""

    leads: int = 0
    sent: int = 0
    delivered: int = 0
    opens: int = 0
    clicks: int = 0
    replies: int = 0
    positive: int = 0
    meetings: int = 0
    unsubscribed: int = 0
    bounced: int = 0
    failed: int = 0
    unknown: int = 0
    blocked: int = 0
    suppressed: int = 0

    @property
    def rates(self) -> dict[str, float | None]:
        """The rates of leads; None where nobody was reached."""
        return self.rates_of(self.delivered)

    def rates_of(self, base: int) -> dict[str, float | None]:
        """Return each rate as a part of `base`."""
        parts = (self.replies, self.positive, self.meetings, self.unsubscribed, self.bounced)
        return {name: round(part / base, 4) if base else None for name, part in zip(DENOMINATORS, parts, strict=True)}

    def add(self, count: Count) -> None:
        """Add the facts of one kind."""
        for name, number in _COUNTED_AS[count.kind].items():
            setattr(self, name, getattr(self, name) + getattr(count, number))


_COUNTED_AS = {
    "enrolled": {"leads": "leads"},
    "sent": {"sent": "rows", "delivered": "first_step_leads"},
    "replied": {"replies": "leads"},
    "interested": {"positive": "leads"},
    "meeting_booked": {"positive": "leads", "meetings": "leads"},
    "unsubscribed": {"unsubscribed": "leads"},
    "bounced": {"bounced": "leads"},
    "failed": {"failed": "rows"},
    "unknown": {"unknown": "rows"},
    "blocked": {"blocked": "leads"},
    "suppressed": {"suppressed": "leads"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of one day, step or sender. `key` is None for what belongs to none."""

    key: Key
    label: str
    counters: Counters
    rates: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` on and before `end`; None is open. Days are days of the time zone."""

    start: datetime | None = None
    end: datetime | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one must know to read the numbers. Rows without denominators have no rates."""

    as_of: datetime
    window: Window
    row_denominators: dict[str, str]
    basis: str = BASIS
    denominators: dict[str, str] = field(default_factory=lambda: dict(DENOMINATORS))


@dataclass(frozen=True, slots=True)
class Analytics:
    summary: Counters
    rows: list[Row]
    envelope: Envelope


def campaign_counters(*, actor: Actor, campaign_ids: Collection[int], window: Window | None = None) -> dict[int, Counters]:
    """Return the numbers of some of the workspace's campaigns, in one query; an id that is not the workspace's counts nothing."""
    counted = {campaign_id: Counters() for campaign_id in campaign_ids}
    for count in _count(actor, list(counted), "none", window or Window()):
        counted[count.campaign_id].add(count)
    return counted


def campaign_analytics(
    *,
    actor: Actor,
    campaign_id: int,
    start: date | datetime | None = None,
    end: date | datetime | None = None,
    group_by: GroupBy | str | None = None,
    now: datetime,
) -> Analytics:
    """Return the numbers of one campaign, for all time or a window, as a whole and by day, step or sender.

    A date means that day in the workspace's time zone, the last one included; a time means that very moment.
    """
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    _check_group(group_by)
    timezone = Workspace.objects.values_list("timezone", flat=True).get(id=actor.workspace_id)
    window = Window(moment(start, "from", timezone), moment(end, "to", timezone, days=1), timezone)
    if window.start and window.end and window.start >= window.end:
        raise Invalid("`from` does not lie before `to`.", field="from", fix="Swap them, or leave one of them out.")
    summary = Counters()
    for count in _count(actor, [campaign.id], "none", window):
        summary.add(count)
    rows = _rows(_count(actor, [campaign.id], group_by, window), group_by) if group_by else []
    return Analytics(summary, rows, Envelope(as_of=now, window=window, row_denominators=ROW_DENOMINATORS.get(group_by or "", {})))


def envelope_as_json(envelope: Envelope) -> dict[str, Any]:
    """Return the envelope in plain JSON values; times are ISO 8601."""
    window = envelope.window
    return {
        "as_of": envelope.as_of.isoformat(),
        "window": {
            "from": window.start.isoformat() if window.start else None,
            "to": window.end.isoformat() if window.end else None,
            "timezone": window.timezone,
        },
        "basis": envelope.basis,
        "denominators": envelope.denominators,
        "row_denominators": envelope.row_denominators,
    }


def _count(actor: Actor, campaign_ids: list[int], group_by: str, window: Window) -> list[Count]:
    given: dict[str, Any] = {
        "workspace": actor.workspace_id,
        "campaigns": campaign_ids,
        "start": window.start or datetime.min.replace(tzinfo=UTC),
        "end": window.end or datetime.max.replace(tzinfo=UTC),
        "timezone": window.timezone,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(key=_KEYS[group_by]), given)
        return [Count(*row) for row in cursor.fetchall()]


def _check_group(group_by: str | None) -> None:
    if group_by is None or group_by in GROUPS:
        return
    supported = f"Use {', '.join(GROUPS[:-1])} or {GROUPS[-1]}."
    if group_by in GROUPS_TO_COME:
        raise Invalid(f"Results cannot be grouped by {group_by}: it is not recorded yet.", field="group_by", fix=supported)
    raise Invalid(f"Results cannot be grouped by {group_by!r:.60}.", field="group_by", fix=supported)


def moment(given: date | datetime | None, name: str, timezone: str, *, days: int = 0) -> datetime | None:
    """Return the moment that a date or a time means; `days` are added to a date only."""
    if given is None:
        return None
    if not isinstance(given, datetime):
        if given.year > LAST_YEAR:
            raise Invalid(f"`{name}` lies after the year {LAST_YEAR}.", field=name, fix="Give a day of this century.")
        return datetime.combine(given + timedelta(days=days), time(), ZoneInfo(timezone))
    if given.tzinfo is None:
        raise Invalid(f"`{name}` has no time zone.", field=name, fix="Write 2026-11-17T10:00:00Z, or a day: 2026-11-17.")
    return given


def _rows(counts: Iterable[Count], group_by: str) -> list[Row]:
    counted: dict[Key, Counters] = {}
    for count in counts:
        key = count.key.isoformat() if isinstance(count.key, date) else count.key
        counted.setdefault(key, Counters()).add(count)
    labels = _labels(counted, group_by)
    ordered = sorted(counted.items(), key=lambda item: (item[0] is None, item[0]))
    return [Row(key, labels[key], counters, _row_rates(counters, group_by)) for key, counters in ordered]


def _labels(keys: Iterable[Key], group_by: str) -> dict[Key, str]:
    labels: dict[Key, str] = {None: f"No {group_by}"}
    if group_by == "sender":
        labels |= dict(Sender.objects.filter(id__in=[key for key in keys if key is not None]).values_list("id", "email"))
    else:
        labels |= {key: f"Step {key}" if group_by == "step" else str(key) for key in keys if key is not None}
    return labels


def _row_rates(counters: Counters, group_by: str) -> dict[str, float | None]:
    if group_by == "day":
        return {}
    return counters.rates_of(counters.sent if group_by == "step" else counters.delivered)
