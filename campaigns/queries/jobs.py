"""Reading jobs: the one place where an id from outside becomes one, who may see it, and what it has given."""

from __future__ import annotations

from typing import Any

from campaigns.models import Job, JobKind, JobStatus
from campaigns.queries import exports
from integrations import downloads
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound

__all__ = ["Job", "get_job", "given_by", "is_own"]


def get_job(*, actor: Actor, job_id: int) -> Job:
    """Return one job of the actor's workspace.

    Who started a launch or an import may follow it; everybody else needs campaigns:read, and for an export, whose link leads to the
    data itself, always the scopes of what it exports.
    """
    try:
        job = Job.objects.get(id=job_id, workspace_id=actor.workspace_id)
    except Job.DoesNotExist:
        raise NotFound("No such job; jobs are kept for 7 days, exports for one.", job_id=job_id) from None
    if job.kind == JobKind.EXPORT:
        exports.require(actor, job.request["kind"])
    elif not is_own(actor, job):
        actor.require("campaigns:read")
    return job


def is_own(actor: Actor, job: Job) -> bool:
    """Say whether this very caller has asked for the job."""
    return (actor.user_id, actor.credential) == (job.requested_by_id, job.credential)


def given_by(job: Job) -> dict[str, Any] | None:
    """Return what a job has given; None for one that has not completed."""
    if job.status != JobStatus.COMPLETED or job.result is None:
        return None
    return _export_result(job) if job.kind == JobKind.EXPORT else dict(job.result)


def _export_result(job: Job) -> dict[str, Any]:
    """Return the link to the file; it is made anew each time, so that no row holds what opens the file."""
    stored = job.result or {}
    link = downloads.link(workspace_id=job.workspace_id, key=stored["key"], name=stored["name"], good_until=job.expires_at)
    return {"download_url": link, "rows": stored["rows"], "bytes": stored["bytes"], "expires_at": job.expires_at.isoformat()}
