"""Work that goes on after the answer, for the suite's scenarios of the tasks extension: a job of the product with an end that is set."""

from __future__ import annotations

from datetime import timedelta
from threading import Timer
from typing import Self

from django.db import connections, transaction

from campaigns.models import Job, JobKind, JobStatus
from mcp_gateway.tool.jobs import LongResult
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now
from tests.conformance.said import Said

FILE = {"key": "said.txt", "name": "said.txt", "rows": 0, "bytes": 0}  # a job of this kind gives one


class Working(Said, LongResult):
    """What is said when the work begins, and once it is over."""

    job_id: int | None = None

    @classmethod
    def of_job(cls, actor: Actor, job: Job) -> Self:
        return cls(said=(job.result or {})["said"], job_id=job.pk)


def begin(actor: Actor, tool: str, *, seconds: float, said: str, error_code: str = "") -> Working:
    """Begin a job that ends after these seconds, and then says this."""
    job = Job.objects.create(
        workspace_id=actor.workspace_id,
        kind=JobKind.EXPORT,
        tool=tool,
        requested_by_id=actor.user_id,
        credential=actor.credential,
        request={"kind": "leads"},
        lease_until=now() + timedelta(hours=1),  # no worker of the product's takes it
        created_at=now(),
        updated_at=now(),
        expires_at=now() + timedelta(hours=1),
    )
    timer = Timer(seconds, _end, (job.pk, said, error_code))
    timer.daemon = True
    transaction.on_commit(timer.start)
    return Working(said="It has begun.", job_id=job.pk)


def _end(job_id: int, said: str, error_code: str) -> None:
    try:
        job = Job.objects.filter(pk=job_id)
        if error_code:
            job.end(JobStatus.FAILED, said, now=now(), error_code=error_code)
        else:
            job.end(JobStatus.COMPLETED, said, now=now(), result={"said": said, **FILE})
    finally:
        connections.close_all()
