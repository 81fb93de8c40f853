"""The life of a campaign: drafted, launched, paused, resumed, archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import available_timezones

from django.db import transaction

from campaigns.models import Campaign, CampaignStatus, Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Job
from campaigns.models.campaign import LAUNCHED
from campaigns.models.delivery import WAITING
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.personas import get_persona
from campaigns.queries.products import get_product
from campaigns.queries.senders import usable_senders
from campaigns.rules.targeting.resolving import Targeting
from campaigns.services import following, importing, launching, sequences, taking
from campaigns.services.sequences import StepSpec
from rocketsdr.accounts import approvals, audit, undo
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Conflict, Invalid
from rocketsdr.lib.jobs import enqueue


class NotADraft(Conflict):
    code = "campaign_not_a_draft"


class NotPausable(Conflict):
    code = "campaign_not_pausable"


class NotResumable(Conflict):
    code = "campaign_not_resumable"


class NotArchivable(Conflict):
    code = "campaign_not_archivable"


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """The sending hours: local times in `timezone` on ISO `days` (1 is Monday); None leaves a thing as it is (or to its default)."""

    timezone: str | None = None
    days: tuple[int, ...] | None = None
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """What a caller says of a campaign; None leaves a thing as it is (or to its default)."""

    name: str | None = None
    type: str | None = None
    product_id: int | None = None
    persona_id: int | None = None
    csv_content: str | None = None
    csv_filename: str | None = None
    csv_url: str | None = None
    sender_ids: Sequence[int] | None = None
    linkedin_usernames: Sequence[str] | None = None
    targeting: Targeting | None = None
    leads: Sequence[Mapping[str, str | int]] | None = None
    max_leads: int | None = None
    steps: Sequence[StepSpec] | None = None
    schedule: ScheduleSpec | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A campaign after a verb, with what its file held (the one given now, or for a launch the last one) and the job of what goes on."""

    campaign: Campaign
    attached: importing.Attached | None = None
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A campaign that was paused or resumed, with the e-mails that wait in it."""

    campaign: Campaign
    held_messages: int
    job: Job | None = None


@transaction.atomic
def create(*, actor: Actor, spec: CampaignSpec, launch: bool, now: datetime) -> Outcome:
    """Store a campaign with its leads and, when asked, launch it: real e-mails go to real people after the hold."""
    _check_type(spec)
    if launch:
        _check_launchable(spec)
    campaign = Campaign.objects.create(
        workspace_id=actor.workspace_id, name=_name(spec), created_by_id=actor.user_id, created_at=now, timezone=_workspace_timezone(actor)
    )
    verb = "create_campaign" if launch else "create_campaign_draft"
    outcome = _apply(actor, campaign, spec, launch=launch, verb=verb, now=now)
    undo.remember(audit.record(actor, "campaign.created", campaign))  # last: the audit log's lock makes the workspace's other acts wait
    return outcome


@transaction.atomic
def finalize(*, actor: Actor, campaign_id: int, spec: CampaignSpec, now: datetime) -> Outcome:
    """Complete a draft and launch it; leads that came with the draft need not come again."""
    campaign = _lock_draft(actor, campaign_id)
    return _apply(actor, campaign, spec, launch=True, verb="finalize_campaign_draft", now=now)


def _apply(actor: Actor, campaign: Campaign, spec: CampaignSpec, *, launch: bool, verb: str, now: datetime) -> Outcome:
    """Write what the spec says into a draft, in the order in which one thing needs another."""
    _check_type(spec)
    _set_fields(actor, campaign, spec)
    _set_senders(actor, campaign, spec, needed=launch)
    _set_steps(campaign, spec)
    attached = _attach_leads(actor, campaign, spec, now, needed=launch)
    job = _begin_job(actor, campaign, attached, launch=launch, verb=verb, now=now)
    if launch:
        launching.request(actor=actor, campaign=campaign, now=now)
    elif campaign.product_id and campaign.persona_id:
        enqueue("campaigns.write_first_emails", campaign_id=campaign.id)
    for row in (campaign, job):
        if row is not None:
            row.refresh_from_db()
    return Outcome(campaign=campaign, attached=attached or (importing.last_attached(campaign) if launch else None), job=job)


def _begin_job(
    actor: Actor, campaign: Campaign, attached: importing.Attached | None, *, launch: bool, verb: str, now: datetime
) -> Job | None:
    """Return the job of what goes on after the call: of the launch as a whole, or of the file of a draft."""
    if launch:
        return following.begin_launch(actor=actor, campaign=campaign, tool=verb, now=now)
    return following.import_of(actor=actor, lead_import=attached.lead_import, tool=verb, now=now) if attached else None


def _check_launchable(spec: CampaignSpec) -> None:
    if spec.product_id is None or spec.persona_id is None:
        field = "product_id" if spec.product_id is None else "persona_id"
        raise Invalid(f"A campaign that is launched needs {field}.", field=field, fix="Give it, or use create_campaign_draft.")
    if not (spec.csv_content or spec.csv_url or spec.targeting or spec.leads or spec.type == Campaign.Type.TARGETING):
        fix = "Give csv_content, csv_url from get_csv_upload_url, targeting or leads."
        raise Invalid("A campaign that is launched needs leads.", field="csv_content", fix=fix)


_BELONGS_TO = {"csv_content": "csv", "csv_url": "csv", "csv_filename": "csv", "targeting": "targeting", "leads": "leads"}


def _check_type(spec: CampaignSpec) -> None:
    """Refuse a type that does not exist, and what belongs to another type than the one that is named."""
    if spec.type not in (None, *Campaign.Type.values):
        known = ", ".join(Campaign.Type.values)
        raise Invalid(f"There are no campaigns of type {spec.type!r:.60}.", field="type", fix=f"Use one of {known}.")
    if spec.linkedin_usernames:
        fix = "Leave it out, and connect a mailbox."
        raise Invalid("linkedin_usernames does nothing: a LinkedIn step is a task for a person.", field="linkedin_usernames", fix=fix)
    wanted = spec.type or _type_of(spec)
    field = next((field for field, of in _BELONGS_TO.items() if of != wanted and getattr(spec, field) is not None), None)
    if field is not None:
        raise Invalid(f"{field} does nothing for a campaign of type {wanted}.", field=field, fix="Leave it out, or give its type.")


def _name(spec: CampaignSpec) -> str:
    name = " ".join((spec.name or "").split())
    if not 1 <= len(name) <= 200:
        raise Invalid("A campaign needs a name of at most 200 characters.", field="name", fix="Name it after its audience and offer.")
    return name


def _set_fields(actor: Actor, campaign: Campaign, spec: CampaignSpec) -> None:
    if spec.name is not None:
        campaign.name = _name(spec)
    if spec.product_id is not None:
        campaign.product = get_product(actor=actor, product_id=spec.product_id)
    if spec.persona_id is not None:
        campaign.persona = get_persona(actor=actor, persona_id=spec.persona_id)
    campaign.type = spec.type or _type_of(spec) or campaign.type
    if spec.max_leads is not None:
        _check_max_leads(campaign, spec.max_leads)
        campaign.max_leads = spec.max_leads
    if spec.schedule is not None:
        _set_schedule(campaign, spec.schedule)
    campaign.save()


def _type_of(spec: CampaignSpec) -> str | None:
    """Return the type that goes with the leads that were given; None where none were."""
    return next((of for field, of in _BELONGS_TO.items() if getattr(spec, field) is not None), None)


def _check_max_leads(campaign: Campaign, max_leads: int) -> None:
    enrolled = campaign.enrollments.count()
    if enrolled > max_leads:
        raise Invalid(f"The draft holds {enrolled:,} leads already.", field="max_leads", fix="Make a new draft with this max_leads.")


def _set_schedule(campaign: Campaign, schedule: ScheduleSpec) -> None:
    if schedule.timezone is not None:
        campaign.timezone = _timezone(schedule.timezone)
    if schedule.days is not None:
        campaign.send_days = _days(schedule.days)
    campaign.send_from = campaign.send_from if schedule.start is None else schedule.start
    campaign.send_to = campaign.send_to if schedule.end is None else schedule.end
    if campaign.send_from >= campaign.send_to:
        raise Invalid("The sending hours end before they start.", field="schedule.to", fix="Give a later `to` than `from`.")


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise Invalid(f"Unknown time zone {name!r:.60}.", field="schedule.timezone", fix="Use an IANA name such as Europe/Berlin.")
    return name


def _days(days: tuple[int, ...]) -> list[int]:
    if not days or not set(days) <= set(range(1, 8)):
        raise Invalid("The days are numbers from 1 (Monday) to 7 (Sunday).", field="schedule.days", fix="For weekdays give [1,2,3,4,5].")
    return sorted(set(days))


def _set_senders(actor: Actor, campaign: Campaign, spec: CampaignSpec, *, needed: bool) -> None:
    if spec.sender_ids is None and campaign.senders.exists():
        return
    chosen = usable_senders(actor=actor, sender_ids=list(spec.sender_ids) if spec.sender_ids else None)
    if needed and not chosen:
        raise Conflict("The workspace has no sender to send from.", fix="Connect a mailbox first (manage.py add_sender).")
    campaign.senders.set(chosen)


def _set_steps(campaign: Campaign, spec: CampaignSpec) -> None:
    """Take the given steps; where none were ever given, keep the default sequence in step with product and persona."""
    if spec.steps is not None:
        sequences.set_steps(campaign, spec.steps)
    elif campaign.product_id and campaign.persona_id:
        sequences.refresh_default_steps(campaign)


def _attach_leads(actor: Actor, campaign: Campaign, spec: CampaignSpec, now: datetime, *, needed: bool) -> importing.Attached | None:
    if spec.csv_content is not None and spec.csv_url is not None:
        raise Invalid("csv_content and csv_url were both given.", field="csv_url", fix="Give one of them.")
    if spec.csv_content is not None:
        content = spec.csv_content.encode()
        return importing.attach(actor=actor, campaign=campaign, content=content, filename=spec.csv_filename or "", now=now)
    if spec.csv_url is not None:
        return importing.attach_upload(actor=actor, campaign=campaign, url=spec.csv_url, filename=spec.csv_filename or "", now=now)
    if spec.leads is not None:
        return taking.take_named(actor=actor, campaign=campaign, leads=spec.leads, now=now)
    lacks_audience = needed and campaign.type == Campaign.Type.TARGETING and not campaign.lead_imports.standing().exists()
    if spec.targeting is not None or lacks_audience:
        return taking.take_audience(actor=actor, campaign=campaign, targeting=spec.targeting, now=now)
    return None


def missing(campaign: Campaign) -> list[str]:
    """Name what a draft still needs before it can be launched."""
    has = {
        "product_id": campaign.product_id is not None,
        "persona_id": campaign.persona_id is not None,
        "leads": campaign.lead_imports.standing().exists(),
        "sender": campaign.senders.exists(),
    }
    return [name for name, there in has.items() if not there]


def _lock_draft(actor: Actor, campaign_id: int) -> Campaign:
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    if not Campaign.objects.select_for_update().filter(id=campaign.id, status=CampaignStatus.DRAFT).exists():
        raise NotADraft(
            f"The campaign is {campaign.status}, not a draft.", fix="Only a draft is finalized; see get_campaign.", status=campaign.status
        )
    return campaign


@transaction.atomic
def pause(*, actor: Actor, campaign_id: int, reason: str = "", now: datetime) -> Held:
    """Stop a launched campaign now; what no server has seen yet stays queued until it is resumed."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    launched = Campaign.objects.filter(id=campaign.id, status__in=LAUNCHED)
    if (
        launched.update(status=CampaignStatus.PAUSED, paused_at=now, pause_reason=reason[:300]) != 1
        and campaign.status != CampaignStatus.PAUSED
    ):
        raise NotPausable(f"The campaign is {campaign.status}; there is nothing to pause.", status=campaign.status)
    Delivery.objects.release(list(campaign.deliveries.filter(status=DeliveryStatus.CLAIMED).order_by("id").select_for_update(no_key=True)))
    approvals.withdraw(actor=actor, kind=launching.KIND, subject_id=campaign.id, now=now)
    following.settle_launch(campaign_id=campaign.id, now=now)
    audit.record(actor, "campaign.paused", campaign)
    return _held(campaign)


@transaction.atomic
def resume(*, actor: Actor, campaign_id: int, now: datetime) -> Held:
    """Start a paused campaign again: the approval policy is met anew, so the first e-mail leaves after the hold."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    paused = Campaign.objects.filter(id=campaign.id, status=CampaignStatus.PAUSED)
    if paused.update(status=CampaignStatus.SCHEDULED, paused_at=None, pause_reason="") != 1:
        raise NotResumable(f"The campaign is {campaign.status}; only a paused one is resumed.", status=campaign.status)
    job = None if campaign.launch_digest else following.begin_launch(actor=actor, campaign=campaign, tool="resume_campaign", now=now)
    launching.schedule_again(campaign, actor=actor, now=now)
    undo.remember(audit.record(actor, "campaign.resumed", campaign))
    enqueue("campaigns.tick")
    return _held(campaign, job)


def held(*, actor: Actor, job: Job) -> Held:
    """Return what has become of the campaign whose resumption this job was."""
    return _held(get_campaign(actor=actor, campaign_id=job.campaign_id or 0), job)


def _held(campaign: Campaign, job: Job | None = None) -> Held:
    campaign.refresh_from_db()
    waiting = campaign.deliveries.filter(status__in=[DeliveryStatus.PREPARED, *WAITING])
    return Held(campaign=campaign, held_messages=waiting.count(), job=job)


@transaction.atomic
def archive(*, actor: Actor, campaign_id: int, now: datetime) -> Campaign:
    """End a campaign for good; its numbers and conversations stay."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    ended = Campaign.objects.filter(id=campaign.id).exclude(status__in=[*LAUNCHED, CampaignStatus.ARCHIVED])
    if ended.update(status=CampaignStatus.ARCHIVED) != 1:
        raise NotArchivable(f"The campaign is {campaign.status}.", fix="Pause it first.", status=campaign.status)
    active = campaign.enrollments.filter(status=EnrollmentStatus.ACTIVE)
    list(active.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))  # enrollments before deliveries, as everywhere
    Delivery.objects.cancel_rest(Enrollment.objects.filter(campaign=campaign), reason="The campaign was archived.")
    active.update(status=EnrollmentStatus.FINISHED, ended_at=now)
    audit.record(actor, "campaign.archived", campaign)
    campaign.refresh_from_db()
    return campaign


def _workspace_timezone(actor: Actor) -> str:
    return Workspace.objects.values_list("timezone", flat=True).get(id=actor.workspace_id)
