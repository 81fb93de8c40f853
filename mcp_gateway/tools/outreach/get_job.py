from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import jobs
from mcp_gateway.tool import Arguments, Id, tool
from mcp_gateway.tool.jobs import JobResult
from rocketsdr.accounts.actor import Actor


class GetJobArguments(Arguments):
    job_id: Annotated[Id, Field(description="Of the call that began the work.")]


@tool(doing="reading the job", scope=None, read_only=True, idempotent=True, core=False)
def get_job(actor: Actor, args: GetJobArguments) -> JobResult:
    """Show how far the work is that a call has begun (a launch, an import, an export), and what it gave once it is over.

    A job of somebody else needs campaigns:read, an export always the scopes of what it exports: its link leads to the data.
    """
    return JobResult.of(jobs.get_job(actor=actor, job_id=args.job_id))
