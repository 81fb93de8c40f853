"""What a campaign sends on the next days: the e-mails that wait, within the caps and the hours of their senders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from campaigns.models import Campaign, CampaignStatus, DeliveryStatus, Sender, SenderDay, SenderStatus
from campaigns.models.delivery import WAITING
from campaigns.queries.campaigns import OVER, Hours, blocked_by, estimated_finish, get_campaign, hours_of
from campaigns.rules import sending_hours
from campaigns.rules.forecast import Leaving, Room, Waiting, forecast
from rocketsdr.accounts.actor import Actor

DAYS = 14
EVERY_DAY = frozenset(range(1, 8))
ASSUMPTIONS = (
    "Nobody answers, opts out or bounces: each of these ends a sequence and its follow-ups.",
    "No other campaign uses the caps of these senders.",
)
_UNSENDABLE = {
    CampaignStatus.DRAFT: "It is a draft: nothing leaves before it is launched.",
    CampaignStatus.COMPLETED: "It is completed: nothing is left to send.",
    CampaignStatus.ARCHIVED: "It is archived: nothing leaves any more.",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the campaign's calendar, and how many e-mails of which step leave on it."""

    day: date
    emails: int
    steps: dict[int, int]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What leaves when. `waiting` e-mails are written; `later` counts what leaves after the last day, follow-ups known by then included."""

    campaign_id: int
    name: str
    status: str
    schedule: Hours
    opens_at: datetime | None
    blocked_by: list[str]
    waiting: int
    days: list[Day]
    later: int
    estimated_finish: datetime | None
    assumptions: tuple[str, ...] = ASSUMPTIONS


def upcoming(*, actor: Actor, campaign_id: int, days: int = DAYS, now: datetime) -> Schedule:
    """Return what leaves on the next days if nothing changes; no day while something other than time keeps the campaign from sending."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    waiting = _waiting(campaign)
    total = sum(each.emails for each in waiting)
    sends = _may_send(campaign)
    leaving, later = _leaving(campaign, waiting, days, now) if sends else ([], total)
    leads = 0 if campaign.status in OVER else campaign.enrollments.count()
    return Schedule(
        campaign_id=campaign.id,
        name=campaign.name,
        status=campaign.status,
        schedule=hours_of(campaign),
        opens_at=_opens_at(campaign, now) if sends else None,
        blocked_by=[*blocked_by(campaign=campaign, now=now), *_state(campaign)],
        waiting=total,
        days=_by_day(leaving),
        later=later,
        estimated_finish=estimated_finish(campaign=campaign, leads=leads, now=now),
    )


def _may_send(campaign: Campaign) -> bool:
    """Say whether only time passes before its e-mails leave."""
    launched = campaign.status in (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING)
    return launched and campaign.approved_digest == campaign.launch_digest and campaign.workspace.paused_at is None


def _state(campaign: Campaign) -> list[str]:
    return [_UNSENDABLE[CampaignStatus(campaign.status)]] if campaign.status in _UNSENDABLE else []


def _waiting(campaign: Campaign) -> list[Waiting]:
    """Count the e-mails that are written and have not left, by sender, step and the day from which they may leave."""
    open_ones = campaign.deliveries.filter(status__in=[*WAITING, DeliveryStatus.CLAIMED], sender__isnull=False, due_at__isnull=False)
    day = TruncDate("due_at", tzinfo=ZoneInfo(campaign.timezone))
    counted = open_ones.values_list("sender_id", "step__position", day).annotate(Count("id")).order_by()
    return [Waiting(*row) for row in counted]


def _leaving(campaign: Campaign, waiting: list[Waiting], days: int, now: datetime) -> tuple[list[Leaving], int]:
    waits = dict(campaign.steps.values_list("position", "wait_days"))
    today = now.astimezone(ZoneInfo(campaign.timezone)).date()
    return forecast(waiting=waiting, rooms=_rooms(campaign, waiting, now), waits=waits, today=today, days=days)


def _rooms(campaign: Campaign, waiting: list[Waiting], now: datetime) -> dict[int, Room]:
    senders = Sender.objects.filter(id__in={each.sender_id for each in waiting}).exclude(status=SenderStatus.PAUSED)
    used = dict(SenderDay.objects.filter(sender__in=senders, day=now.astimezone(UTC).date()).values_list("sender_id", "used"))
    return {sender.id: _room(campaign, sender, used.get(sender.id, 0), now) for sender in senders}


def _room(campaign: Campaign, sender: Sender, used: int, now: datetime) -> Room:
    start = _start(campaign, now) if sender.any_hour else _opens_at(campaign, now)
    weekdays = EVERY_DAY if sender.any_hour else frozenset(campaign.send_days)
    return Room(sender.daily_cap, used, weekdays, start.astimezone(ZoneInfo(campaign.timezone)).date())


def _start(campaign: Campaign, now: datetime) -> datetime:
    return max(now, campaign.hold_until or now)


def _opens_at(campaign: Campaign, now: datetime) -> datetime:
    """Return when the sending hours are open for the first time after the hold."""
    start = _start(campaign, now)
    days, opens, closes = campaign.send_days, campaign.send_from, campaign.send_to
    return sending_hours.next_slot(start, timezone=campaign.timezone, days=days, start=opens, end=closes)


def _by_day(leaving: list[Leaving]) -> list[Day]:
    steps: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for each in leaving:
        steps[each.day][each.step] += each.emails
    return [Day(day, sum(of_day.values()), dict(sorted(of_day.items()))) for day, of_day in sorted(steps.items())]
