"""The tasks extension (SEP-2663, `io.modelcontextprotocol/tasks`): long work as a task that the client looks after.

A task is a job of ours under another name, so it outlives every process. A client without the extension calls get_job and cancel_job.
The official types do not know the extension: what it takes and gives is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mcp_types import MISSING_REQUIRED_CLIENT_CAPABILITY
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from campaigns.queries import jobs as queries
from campaigns.queries.jobs import Job
from mcp_gateway import catalogue, dispatch, wire
from mcp_gateway.dispatch import Outcome
from mcp_gateway.protocol.speech import Speech, completed
from mcp_gateway.tool import Tool, capping, explained
from mcp_gateway.tool.jobs import result_of
from mcp_gateway.wire import Message, RpcError
from rocketsdr.lib.errors import DomainError, NotFound

EXTENSION = "io.modelcontextprotocol/tasks"
CAPABILITY = "tasks"
RUNNING = frozenset({"working", "input_required"})


class TaskParams(BaseModel):
    """What every method of the extension takes."""

    model_config = ConfigDict(extra="ignore")

    task_id: str = Field(alias="taskId", max_length=100)


def begun(tool: Tool | None, outcome: Outcome, speech: Speech) -> bytes | None:
    """Return the task that a call has begun; None where it has begun none, or the client knows no tasks."""
    job_id = outcome.structured.get("job_id")
    if CAPABILITY not in speech.capabilities or tool is None or not tool.long_running or not isinstance(job_id, int):
        return None
    try:
        job = queries.get_job(actor=speech.request.actor, job_id=job_id)
    except NotFound:  # a dry run has taken it back, or it is forgotten and the answer is a replay
        return None
    return _written({"resultType": "task", **_task(job)}, speech) if job.status in RUNNING else None


def _get(message: Message, speech: Speech) -> bytes:
    """Say how far a task is; a finished one carries what its tool would have answered."""
    job = _job(message, speech)
    return _written({**_task(job), **_ending(job, speech)}, speech)


def _cancel(message: Message, speech: Speech) -> bytes:
    """Ask a task to stop, as a call of cancel_job does; one that has ended stays as it is."""
    job, request = _job(message, speech), speech.request
    asked = dispatch.Call(request.surface, "cancel_job", {"job_id": job.id}, request.request_id, speech.client)
    outcome = dispatch.call(request.actor, asked, now=request.now)
    if outcome.is_error:
        raise RpcError(wire.INVALID_PARAMS, outcome.structured["message"], data={"code": outcome.structured["code"]})
    return _written({}, speech)


def _update(message: Message, speech: Speech) -> bytes:
    """Take answers to what a task asks. Ours ask before they begin, so whatever comes here is acknowledged and changes nothing."""
    _job(message, speech)
    return _written({}, speech)


METHODS: dict[str, Callable[[Message, Speech], bytes]] = {"tasks/get": _get, "tasks/cancel": _cancel, "tasks/update": _update}


def _job(message: Message, speech: Speech) -> Job:
    if CAPABILITY not in speech.capabilities:
        needed: dict[str, Any] = {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
        raise RpcError(MISSING_REQUIRED_CLIENT_CAPABILITY, f"{message.method} needs a client that declares {EXTENSION}.", data=needed)
    try:
        task_id = TaskParams.model_validate(message.params or {}).task_id
    except ValidationError as error:
        faults = " ".join(fault.message for fault in explained(error, of=message.method))
        raise RpcError(wire.INVALID_PARAMS, f"Invalid params: {faults}") from None
    try:
        return queries.get_job(actor=speech.request.actor, job_id=_number(task_id))
    except NotFound:
        raise RpcError(wire.INVALID_PARAMS, "Unknown task: it never existed here, or it is over and forgotten.") from None
    except DomainError as error:
        raise RpcError(wire.INVALID_PARAMS, error.message, data={"code": error.code}) from None


def _number(task_id: str) -> int:
    number = task_id.removeprefix("job-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound("No such task.")
    return int(number)


def _task(job: Job) -> dict[str, Any]:
    said = {
        "taskId": f"job-{job.id}",
        "status": "completed" if job.status == "failed" and not job.broke_off else job.status,  # a reason is an answer
        "statusMessage": job.message or None,
        "createdAt": _instant(job.created_at),
        "lastUpdatedAt": _instant(job.updated_at),
        "pollIntervalMs": job.poll_after_ms,
    }
    lives_for = round((job.expires_at - job.created_at).total_seconds() * 1000)
    return {**{name: value for name, value in said.items() if value is not None}, "ttlMs": lives_for}


def _ending(job: Job, speech: Speech) -> dict[str, Any]:
    """Say how a task has ended: with what its tool answers now, and be it the reason of a failure; or that something of ours broke."""
    if job.broke_off:
        return {"error": {"code": wire.INTERNAL_ERROR, "message": job.message}}
    if job.status in {"completed", "failed"}:
        return {"result": _as_result(_outcome(job, speech), speech)}
    return {}


def _outcome(job: Job, speech: Speech) -> Outcome:
    """Return what the tool that began the job answers now; a refusal of it is an answer too."""
    tool = catalogue.of(speech.request.surface).find(job.tool)
    if tool is None:
        return Outcome(job.message, {})
    if job.error is not None:
        return Outcome(f"Error {tool.doing}: {job.error['message']}", {**job.error, "fix": "", "field_errors": []}, is_error=True)
    told, _ = capping.fitted(capping.rendered(result_of(tool, actor=speech.request.actor, job=job)))
    return Outcome(told.text, told.structured)


def _as_result(outcome: Outcome, speech: Speech) -> dict[str, Any]:
    return completed("tools/call", speech.version, wire.call_result(outcome))


def _written(result: dict[str, Any], speech: Speech) -> bytes:
    return to_json(completed("tasks", speech.version, result))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
