"""The jobs of launches and imports: begun with them, told by those who do the work how far it is, ended by what becomes of it.

The campaign and its file decide what has happened; the job only says it, in the transaction in which it happens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Count, Q

from campaigns.models import Campaign, CampaignStatus, DeliveryStatus, Job, JobKind, JobStatus, LeadImport
from campaigns.models.job import KEPT_FOR, JobQuerySet
from campaigns.models.lead_import import ImportStatus
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import progress

LAUNCH_FAILED = "launch_failed"
IMPORT_FAILED = "import_failed"


class Stopped(Exception):
    """The work is for a launch that somebody has stopped meanwhile."""


def begin_launch(*, actor: Actor, campaign: Campaign, tool: str, now: datetime) -> Job:
    """Give a launch its job: whoever asked for it can follow it from now on."""
    message = "Reading the leads and writing their first e-mails."
    return _begin(actor, JobKind.LAUNCH, tool, now, campaign_id=campaign.id, message=message)


def import_of(*, actor: Actor, lead_import: LeadImport, tool: str, now: datetime) -> Job | None:
    """Return the job of a file that is still to be read into a draft; None for one that is read already."""
    if lead_import.status != ImportStatus.PENDING:
        return None
    begun = Job.objects.working().filter(lead_import=lead_import).first()
    if begun is not None:
        return begun
    where = {"campaign_id": lead_import.campaign_id, "lead_import_id": lead_import.id}
    return _begin(actor, JobKind.IMPORT, tool, now, message="Reading the file.", **where)


def _begin(actor: Actor, kind: JobKind, tool: str, now: datetime, **about: object) -> Job:
    whose = {"workspace_id": actor.workspace_id, "requested_by_id": actor.user_id, "credential": actor.credential}
    when = {"created_at": now, "updated_at": now, "expires_at": now + KEPT_FOR}
    return Job.objects.create(kind=kind, tool=tool, **whose, **when, **about)


@contextmanager
def reported(*, campaign_id: int, now: datetime) -> Iterator[None]:
    """Write what is reported inside into the job of the campaign's launch, if it has one, once a second; stop when that is over."""
    job = _launches(campaign_id).working().first()
    started = time.monotonic()

    def note(done: int, total: int | None, message: str) -> None:
        at = now + timedelta(seconds=time.monotonic() - started)
        if job is not None and Job.objects.filter(id=job.id).note(done, total, message, now=at) != 1:
            raise Stopped

    with progress.to(progress.sparing(note)):
        yield


def settle_launch(*, campaign_id: int, now: datetime) -> None:
    """End the job of a launch that is over: the campaign is scheduled, or somebody has stopped it before."""
    working = _launches(campaign_id).working()
    if not working.exists():
        return
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.status in (CampaignStatus.PAUSED, CampaignStatus.ARCHIVED):
        message = f"The launch was stopped: the campaign is {campaign.status}. {campaign.pause_reason}".strip()
        working.end(JobStatus.CANCELLED, message, now=now, cancel_asked_at=now)
    elif campaign.status != CampaignStatus.IMPORTING:
        _complete_launch(campaign, now)


def _complete_launch(campaign: Campaign, now: datetime) -> None:
    first = campaign.deliveries.filter(step__position=1)
    numbers = first.aggregate(all=Count("id"), blocked=Count("id", filter=Q(status=DeliveryStatus.BLOCKED)))
    held = campaign.hold_until
    result = {
        "campaign_id": campaign.id,
        "status": str(campaign.status),
        "hold_until": held.isoformat() if held else None,
        "leads": campaign.enrollments.count(),
        "written": numbers["all"] - numbers["blocked"],
        "blocked": numbers["blocked"],
    }
    goes = f"its first e-mail leaves after {held:%Y-%m-%d %H:%M} UTC" if held else "a person has to approve the launch"
    message = f"The campaign is {campaign.status}; {goes}."
    counted = {"done": numbers["all"], "total": numbers["all"]}
    _launches(campaign.id).end(JobStatus.COMPLETED, message, now=now, result=result, **counted)


def fail_launch(*, campaign_id: int, reason: str, now: datetime) -> None:
    """End the job of a launch that cannot go on, with the reason."""
    _launches(campaign_id).end(JobStatus.FAILED, reason, now=now, error_code=LAUNCH_FAILED)


def settle_import(*, lead_import_id: int, now: datetime) -> None:
    """End the job of a file that was read, or that cannot be."""
    jobs = Job.objects.filter(lead_import_id=lead_import_id, kind=JobKind.IMPORT)
    if not jobs.working().exists():
        return
    lead_import = LeadImport.objects.defer("content").get(id=lead_import_id)
    if lead_import.status == ImportStatus.FAILED:
        jobs.end(JobStatus.FAILED, f"The file could not be read: {lead_import.error}", now=now, error_code=IMPORT_FAILED)
    elif lead_import.status == ImportStatus.DONE:
        names = ("rows", "accepted", "updated", "duplicates", "rejected")
        result = {"campaign_id": lead_import.campaign_id, **{name: getattr(lead_import, name) for name in names}}
        message = f"The file is read: {lead_import.accepted + lead_import.updated:,} leads, {lead_import.rejected:,} rows rejected."
        jobs.end(JobStatus.COMPLETED, message, now=now, result=result, done=lead_import.rows, total=lead_import.rows)


def settle_strays(*, now: datetime) -> None:
    """End the jobs of launches that have ended by another way than ours, so that nobody waits for them for ever."""
    strays = Job.objects.working().filter(kind=JobKind.LAUNCH).exclude(campaign__status=CampaignStatus.IMPORTING)
    for campaign_id in strays.values_list("campaign_id", flat=True):
        settle_launch(campaign_id=campaign_id or 0, now=now)


def _launches(campaign_id: int) -> JobQuerySet:
    return Job.objects.filter(campaign_id=campaign_id, kind=JobKind.LAUNCH)
