"""What a caller does with a job, and how jobs end that nobody ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from campaigns.models import Job, JobKind, JobStatus, LeadImport
from campaigns.models.lead_import import ImportStatus
from campaigns.queries.jobs import get_job, is_own
from campaigns.services import campaigns, following, launching
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.jobs import enqueue


@transaction.atomic
def cancel(*, actor: Actor, job_id: int, now: datetime) -> Job:
    """Stop what a job still does; what it has done stays, and a job that is over is left as it is.

    A launch is paused, so that nothing of it is sent; a file that is not read yet is not read; an export leaves no file.
    """
    job = get_job(actor=actor, job_id=job_id)
    if job.kind != JobKind.EXPORT and not is_own(actor, job):
        actor.require("campaigns:write")
    if job.is_working:
        _STOPS[JobKind(job.kind)](actor, job, now)
        audit.record(actor, "job.cancelled", job, kind=job.kind, campaign=job.campaign_id)
    return get_job(actor=actor, job_id=job_id)


def _stop_launch(actor: Actor, job: Job, now: datetime) -> None:
    campaigns.pause(actor=actor, campaign_id=job.campaign_id or 0, reason=f"Job {job.id} was cancelled.", now=now)


def _stop_import(_actor: Actor, job: Job, now: datetime) -> None:
    """Give up a file that nobody has begun to read. One that is being read is waited for: then its leads are there."""
    unread = LeadImport.objects.filter(id=job.lead_import_id or 0, status=ImportStatus.PENDING)
    if unread.update(status=ImportStatus.FAILED, content=None, finished_at=now, error="Cancelled before it was read.") != 1:
        return following.settle_import(lead_import_id=job.lead_import_id or 0, now=now)
    _end(job, "The file was not read. The draft stays, without its leads.", now)
    launching.halt(campaign_id=job.campaign_id or 0, reason="The reading of its file was cancelled.", now=now)
    return None


def _stop_export(_actor: Actor, job: Job, now: datetime) -> None:
    _end(job, "The export was stopped. No file is kept.", now)


def _end(job: Job, message: str, now: datetime) -> None:
    Job.objects.filter(id=job.id).end(JobStatus.CANCELLED, message, now=now, cancel_asked_at=now)


_STOPS = {JobKind.LAUNCH: _stop_launch, JobKind.IMPORT: _stop_import, JobKind.EXPORT: _stop_export}


def take_up(*, now: datetime, since: datetime) -> None:
    """Wake a worker for every export whose message was lost or whose worker has died, and end what has ended by itself."""
    following.settle_strays(now=now)
    for job_id in Job.objects.unattended(now, since=since).values_list("id", flat=True):
        enqueue("campaigns.run_export", job_id=job_id)


def purge(*, now: datetime) -> int:
    """Forget the jobs that nobody can ask about any more; return how many."""
    return Job.objects.filter(expires_at__lte=now).delete()[0]
