"""How an export is asked for and told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from campaigns.queries import jobs
from campaigns.queries.jobs import Job
from mcp_gateway.tool.arguments import Arguments, Id
from mcp_gateway.tool.jobs import LongResult
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor


class ExportFilters(Arguments):
    """What narrows an export; each kind knows some of them and refuses the others by name."""

    campaign_id: Annotated[Id, Field(description="leads, threads, replies, events")] | None = None
    status: Annotated[str, Field(max_length=40, description="leads, campaigns, threads")] | None = None
    query: Annotated[str, Field(max_length=200, description="leads, campaigns, suppressions: a part of the name or address.")] | None = None
    unread_only: Annotated[bool, Field(description="threads")] | None = None
    type: Annotated[str, Field(max_length=40, description="events: sent, replied, …")] | None = None
    reason: Annotated[str, Field(max_length=40, description="suppressions")] | None = None
    from_: Annotated[date | None, Field(alias="from", description="replies, events: the first day.")] = None
    to: Annotated[date | None, Field(description="The last day.")] = None

    def given(self) -> dict[str, Any]:
        """Return those that were given, as plain JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class ExportOutcome(LongResult):
    """An export on its way, or the link to its file once it is written."""

    volatile: ClassVar[frozenset[str]] = frozenset({"job_id"})

    kind: str
    format: str
    status: str
    rows: int
    bytes: int | None = None
    download_url: str | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, job: Job, *, rehearsed: bool = False) -> Self:
        """Say what was begun; a rehearsal leaves no job behind."""
        about = {"kind": job.request["kind"], "format": job.request["format"], "rows": job.total or 0}
        return cls(job_id=None if rehearsed else job.id, status=job.status, **about)

    @classmethod
    def of_job(cls, _actor: Actor, job: Job) -> Self:
        """Return what the tool would say now that its job is over."""
        return cls.model_validate({**cls.of(job).model_dump(), **(jobs.given_by(job) or {})})

    def text(self) -> str:
        rows = f"{self.kind}: {count(self.rows, 'row')} as {self.format}."
        if self.download_url and self.expires_at:
            return f"The export is ready. {rows} Download until {self.expires_at:%Y-%m-%d %H:%M} UTC: {self.download_url}"
        if self.job_id is None:
            return f"The export would hold {rows}"
        return f"Job {self.job_id} writes the export of {rows} Next: call get_job in 2 seconds for the link; cancel_job stops it."
