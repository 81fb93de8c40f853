from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.services import jobs
from mcp_gateway.tool import Id, WriteArguments, tool
from mcp_gateway.tool.jobs import JobResult
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CancelJobArguments(WriteArguments):
    job_id: Annotated[Id, Field(description="Of the call that began the work.")]


@tool(doing="cancelling the job", scope=None, idempotent=True, core=False)
def cancel_job(actor: Actor, args: CancelJobArguments) -> JobResult:
    """Stop work that a call has begun: a launch is paused and sends nothing, an unread file is not read, an export leaves no file.

    What is done stays, and a job that is over is left as it is. A launch or import of somebody else needs campaigns:write.
    """
    return JobResult.of(jobs.cancel(actor=actor, job_id=args.job_id, now=now()))
