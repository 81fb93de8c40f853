"""Reading campaigns: the one place where an id from outside becomes a row, and what a person wants to know of one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from campaigns.models import Campaign, CampaignStatus, Delivery, DeliveryStatus, EnrollmentStatus, Sender, SenderStatus, SequenceStep
from campaigns.models.lead_import import ImportStatus, LeadImport
from campaigns.queries.pages import Page, page
from campaigns.rules import capacity
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound

OVER = [CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED]
EXAMPLES = 10  # blocked e-mails that are told one by one


@dataclass(frozen=True, slots=True)
class Blocked:
    """One lead whose first e-mail cannot be written, and why."""

    lead_id: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: its file, its first e-mails, its deliveries by status."""

    imports: list[LeadImport]
    leads: int
    previews_ready: int
    previews_blocked: int
    blocked: list[Blocked]
    deliveries: dict[str, int]
    enrollments: dict[str, int]

    @property
    def importing(self) -> bool:
        """Say whether a file is still being read."""
        return any(each.status == ImportStatus.PENDING for each in self.imports)


def get_campaign(*, actor: Actor, campaign_id: int) -> Campaign:
    """Return one campaign of the actor's workspace."""
    try:
        return Campaign.objects.select_related("product", "persona", "workspace").get(id=campaign_id, workspace_id=actor.workspace_id)
    except Campaign.DoesNotExist:
        raise NotFound("No such campaign.", fix="list_campaigns shows the ids.", campaign_id=campaign_id) from None


def list_campaigns(
    *,
    actor: Actor,
    status: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    query: str | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Campaign]:
    """Return the workspace's campaigns, the newest first."""
    return page(matching(actor=actor, status=status, type=type, query=query), limit=limit, cursor=cursor, order=("-id",))


def matching(
    *,
    actor: Actor,
    status: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    query: str | None = None,
) -> QuerySet[Campaign]:
    """Return those campaigns of the workspace in no order."""
    found = Campaign.objects.of_workspace(actor.workspace_id)
    if status:
        found = found.filter(status=status)
    if type:
        found = found.filter(type=type)
    if query:
        found = found.filter(name__icontains=query)
    return found


def progress(*, campaign: Campaign) -> Progress:
    """Return how far the campaign is."""
    first = campaign.deliveries.filter(step__position=1)
    unwritable = first.filter(status=DeliveryStatus.BLOCKED)
    by_status = dict(campaign.deliveries.values_list("status").annotate(Count("id")))
    by_enrollment = dict(campaign.enrollments.values_list("status").annotate(Count("id")))
    blocked = unwritable.count()
    return Progress(
        imports=list(campaign.lead_imports.defer("content").order_by("id")),
        leads=sum(by_enrollment.values()),
        previews_ready=first.count() - blocked,
        previews_blocked=blocked,
        blocked=[
            Blocked(each.lead_id, each.lead.email, each.note) for each in unwritable.select_related("lead").order_by("lead_id")[:EXAMPLES]
        ],
        deliveries=by_status,
        enrollments=by_enrollment,
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """The sending hours: local times on ISO days (1 is Monday)."""

    timezone: str
    days: list[int]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Detail(Progress):
    """One campaign in full."""

    id: int
    name: str
    status: str
    type: str
    product_id: int | None
    persona_id: int | None
    steps: list[SequenceStep]
    senders: list[Sender]
    schedule: Hours
    health: str
    blocked_by: list[str]
    hold_until: datetime | None
    estimated_finish: datetime | None


def detail(*, actor: Actor, campaign_id: int, now: datetime) -> Detail:
    """Return one campaign in full, with what keeps it from sending now."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    so_far = progress(campaign=campaign)
    waits_for = blocked_by(campaign=campaign, now=now)
    return Detail(
        **{field.name: getattr(so_far, field.name) for field in fields(so_far)},
        id=campaign.id,
        name=campaign.name,
        status=campaign.status,
        type=campaign.type,
        product_id=campaign.product_id,
        persona_id=campaign.persona_id,
        steps=list(campaign.steps.all()),
        senders=list(campaign.senders.order_by("id")),
        schedule=hours_of(campaign),
        health=_health(so_far),
        blocked_by=waits_for,
        hold_until=campaign.hold_until,
        estimated_finish=estimated_finish(campaign=campaign, leads=so_far.leads, now=now),
    )


def hours_of(campaign: Campaign) -> Hours:
    """Return the campaign's sending hours as they are told."""
    return Hours(campaign.timezone, campaign.send_days, f"{campaign.send_from:%H:%M}", f"{campaign.send_to:%H:%M}")


def blocked_by(*, campaign: Campaign, now: datetime) -> list[str]:
    """Say in sentences what keeps a campaign from sending now; nothing for one that sends or is over."""
    scheduled = campaign.status == CampaignStatus.SCHEDULED
    held = scheduled and campaign.hold_until is not None and campaign.hold_until > now
    running = campaign.status == CampaignStatus.RUNNING
    used_up = quotas.why_nothing_is_sent(campaign.workspace_id, campaign.launched_with, now=now) if running else ""
    reasons = {
        "The workspace is paused.": campaign.workspace.paused_at is not None,
        f"The campaign is paused. {campaign.pause_reason}".strip(): campaign.status == CampaignStatus.PAUSED,
        "Its leads are still being read and written to.": campaign.status == CampaignStatus.IMPORTING,
        "A person has to approve the launch.": scheduled and campaign.approved_digest != campaign.launch_digest,
        f"The first e-mail is held until {campaign.hold_until:%Y-%m-%d %H:%M} UTC." if held else "": held,
        used_up: bool(used_up),
        "None of its senders is active.": campaign.status not in OVER and not campaign.senders.filter(status=SenderStatus.ACTIVE).exists(),
    }
    return [reason for reason, holds in reasons.items() if holds]


def promise(*, campaign: Campaign) -> dict[str, object]:
    """Return what a campaign says, in whose name and when: what somebody who agrees to its launch has agreed to."""
    return {
        "facts": campaign.facts,
        "steps": list(campaign.steps.order_by("position").values_list("wait_days", "subject", "body")),
        "senders": list(campaign.senders.order_by("id").values_list("id", flat=True)),
        "hours": [campaign.timezone, campaign.send_days, f"{campaign.send_from}-{campaign.send_to}"],
    }


def _health(so_far: Progress) -> str:
    doubtful = sum(so_far.deliveries.get(status, 0) for status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN))
    doubtful += so_far.enrollments.get(EnrollmentStatus.BOUNCED, 0)
    sent = so_far.deliveries.get(DeliveryStatus.SENT, 0)
    return "poor" if doubtful * 20 > sent + doubtful else "ok"


def estimated_finish(*, campaign: Campaign, leads: int, now: datetime) -> datetime | None:
    """Return about when the last e-mail leaves if nobody replies; None while the campaign has no sender or nothing to send."""
    caps = list(campaign.senders.values_list("daily_cap", flat=True))
    waits = list(campaign.steps.order_by("position").values_list("wait_days", flat=True))
    days = capacity.days_to_send(leads=leads, steps=len(waits), waits=waits, daily_caps=caps)
    start = max(now, campaign.hold_until or now)
    return None if days is None else start + timedelta(days=days)


def get_delivery(*, actor: Actor, delivery_id: int) -> Delivery:
    """Return one delivery of the actor's workspace."""
    try:
        return Delivery.objects.select_related("enrollment", "step", "campaign", "lead", "sender").get(
            id=delivery_id, workspace_id=actor.workspace_id
        )
    except Delivery.DoesNotExist:
        raise NotFound("No such delivery.", delivery_id=delivery_id) from None
