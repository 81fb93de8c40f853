"""How a job is told: what it is, how far, and what to do next."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any, Self

from campaigns.queries import jobs
from campaigns.queries.jobs import Job
from mcp_gateway.tool.declaration import Tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result
from mcp_gateway.tool.wording import brief
from rocketsdr.accounts.actor import Actor


class LongResult(Result):
    """What a tool gives whose work goes on after the answer: `job_id` is what get_job takes, null where nothing goes on."""

    job_id: int | None

    @classmethod
    @abstractmethod
    def of_job(cls, actor: Actor, job: Job) -> Self:
        """Return what the tool would say now that its job is over."""


def result_of(tool: Tool, *, actor: Actor, job: Job) -> Result:
    """Return what the tool that began a job would answer if it were called now that the job is over."""
    return tool.result.of_job(actor, job) if issubclass(tool.result, LongResult) else JobResult.of(job)


class Progress(Part):
    done: int
    total: int | None
    percent: int | None
    message: str


class Failure(Part):
    code: str
    message: str


class JobResult(Result):
    """A job as it is now. `result` is there once it has completed, `error` once it has failed."""

    job_id: int
    kind: str
    tool: str
    campaign_id: int | None
    status: str
    progress: Progress
    result: dict[str, Any] | None
    error: Failure | None
    poll_after_ms: int | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, job: Job) -> Self:
        same = {name: getattr(job, name) for name in ("kind", "tool", "campaign_id", "status", "created_at", "updated_at", "expires_at")}
        return cls(
            **same,
            job_id=job.id,
            progress=Progress.model_validate(job),
            result=jobs.given_by(job),
            error=Failure(**job.error) if job.error else None,
            poll_after_ms=job.poll_after_ms if job.is_working else None,
        )

    def text(self) -> str:
        what = f"{self.kind} of campaign {self.campaign_id}" if self.campaign_id else self.kind
        said = f"Job {self.job_id} ({what}): {self.status}{self._how_far()}. {brief(self.progress.message)}"
        return " ".join([said, *self._next()])

    def _how_far(self) -> str:
        so_far = self.progress
        known = self.status == "working" and so_far.total is not None
        return f", {so_far.done:,} of {so_far.total:,} ({so_far.percent or 0}%)" if known else ""

    def _next(self) -> list[str]:
        """Say what a caller does next."""
        if self.poll_after_ms is not None:
            return [f"Next: call get_job again in {self.poll_after_ms // 1000} seconds; cancel_job stops it."]
        if self.status == "completed" and self.result and "download_url" in self.result:
            return [f"Download until {self.expires_at:%Y-%m-%d %H:%M} UTC: {self.result['download_url']}"]
        return [_NEXT[self.kind, self.status]] if (self.kind, self.status) in _NEXT else []


_NEXT = {
    ("launch", "completed"): "Next: get_campaign shows what it does; pause_campaign stops it.",
    ("launch", "cancelled"): "What was read and written stays; nothing of it leaves. Next: resume_campaign goes on with it.",
    ("launch", "failed"): "The campaign is paused; nothing was sent. Next: get_campaign shows it.",
    ("import", "completed"): "Next: preview_email shows an e-mail; finalize_campaign_draft launches the draft.",
    ("import", "cancelled"): "Next: give the leads again with finalize_campaign_draft.",
    ("import", "failed"): "Next: mend the file and give it again with finalize_campaign_draft.",
    ("export", "failed"): "Next: narrow it with filters and call export_data again.",
}
