"""The hallway that every call of a tool goes through, whatever door it came in by.

In this order: find, scope, validate, replay of an idempotency key, quota and run in one transaction, record. A refused call, a
replay and a dry run cost nothing, and a failure gives back what it took.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic_core import to_json, to_jsonable_python

from mcp_gateway import catalogue, idempotency
from mcp_gateway.idempotency import Slot
from mcp_gateway.models import Ending
from mcp_gateway.records import Entry, audited
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import Arguments, FieldError, Result, Tool, WriteArguments, refusal
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.quotas import Quota, QuotaExhausted
from rocketsdr.lib.errors import DomainError, Invalid, NotFound

DRY_RUN = "Dry run: nothing was changed.\n\n"


class UnknownTool(NotFound):
    code = "unknown_tool"


@dataclass(frozen=True, slots=True)
class Call:
    """What a door hands in: the tool's name, its arguments as they came, and what is known of the request."""

    surface: Surface
    name: str
    arguments: dict[str, Any]
    request_id: str
    client: str = ""
    idempotency_key: str = ""  # of the request's header


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a door hands out: a text for the model, the same as data, and facts about the call itself."""

    text: str
    structured: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)
    is_error: bool = False


def call(actor: Actor, asked: Call, *, now: datetime) -> Outcome:
    """Call a tool for this actor. A refusal is an outcome like any other; only a fault of ours is raised, once it is recorded."""
    tool = _find(asked)
    entry = Entry(actor, asked.surface.slug, tool.name, _canonical(asked.arguments), asked.request_id, asked.client, now)
    try:
        if tool.scope is not None:
            actor.require(tool.scope)
        args = tool.parse(_with_key(tool, asked))
        return _perform(tool, args, entry)
    except DomainError as error:
        entry.write(Ending.REFUSED, error.code)
        return _refused(tool, error, now)
    except Exception:
        entry.write(Ending.CRASHED)
        raise


def _find(asked: Call) -> Tool:
    tools = catalogue.of(asked.surface)
    tool = tools.find(asked.name)
    if tool is None:
        close = tools.closest(asked.name)
        hint = f" Did you mean {close}?" if close else ""
        raise UnknownTool(f"Unknown tool: {asked.name[:100]}.{hint}", fix="tools/list names the tools.")
    return tool


def _canonical(arguments: dict[str, Any]) -> str:
    """Return the same text for the same arguments, without the idempotency key."""
    return json.dumps({name: value for name, value in arguments.items() if name != "idempotency_key"}, sort_keys=True, ensure_ascii=False)


def _with_key(tool: Tool, asked: Call) -> dict[str, Any]:
    """Return the arguments with the key of the header among them; a header on a read changes nothing."""
    if tool.read_only or not asked.idempotency_key:
        return asked.arguments
    key = asked.arguments.get("idempotency_key", asked.idempotency_key)
    if key != asked.idempotency_key:
        message = "idempotency_key and the header Idempotency-Key differ: send one of them."
        raise refusal([FieldError("idempotency_key", message)])
    return {**asked.arguments, "idempotency_key": key}


def _perform(tool: Tool, args: Arguments, entry: Entry) -> Outcome:
    if isinstance(args, WriteArguments):
        return _rehearse(tool, args, entry) if args.dry_run else _commit(tool, args, entry)
    if tool.quota is None:
        outcome = _done(tool.run(entry.actor, args), None, [])
        entry.write(Ending.DONE)
        return outcome
    with transaction.atomic():
        outcome = _run(tool, args, entry)
        entry.write(Ending.DONE)
    return outcome


def _rehearse(tool: Tool, args: WriteArguments, entry: Entry) -> Outcome:
    """Go the whole way and take it back: nothing is stored, and what was to happen after the commit never does."""
    with transaction.atomic():
        result = tool.run(entry.actor, args)
        outcome = _done(result, None, [])
        transaction.set_rollback(True)
    entry.write(Ending.REHEARSED)
    return Outcome(DRY_RUN + outcome.text, outcome.structured, {"dry_run": True})


@transaction.atomic
def _commit(tool: Tool, args: WriteArguments, entry: Entry) -> Outcome:
    """Act once: what the call does, its quota, its answer and its record commit together."""
    slot = Slot(entry.actor, tool.name, args.idempotency_key, entry.arguments) if args.idempotency_key else None
    first = idempotency.first_answer(slot, now=entry.at) if slot else None
    if first is not None:
        entry.write(Ending.REPLAYED)
        kept = json.loads(first)
        return Outcome(kept["text"], kept["structured"], {**kept["meta"], "replayed": True})
    outcome = _run(tool, args, entry)
    if slot:
        idempotency.keep(slot, to_json(asdict(outcome)).decode())
    entry.write(Ending.DONE)
    return outcome


def _run(tool: Tool, args: Arguments, entry: Entry) -> Outcome:
    quota = quotas.take(entry.actor, tool.quota, now=entry.at) if tool.quota else None
    with audited() as events:
        return _done(tool.run(entry.actor, args), quota, events)


def _done(result: Result, quota: Quota | None, events: list[int]) -> Outcome:
    meta: dict[str, Any] = {}
    if quota is not None:
        meta["quota"] = to_jsonable_python({**asdict(quota), "remaining": quota.limit - quota.used})
    if events:
        meta["audit_id"] = events[-1]
    return Outcome(result.text(), result.model_dump(mode="json", by_alias=True), meta)


def _refused(tool: Tool, error: DomainError, now: datetime) -> Outcome:
    """Say why the tool did not do it, and what to do about it."""
    text = f"Error {tool.doing}: {error.message}"
    if error.fix and not isinstance(error, QuotaExhausted):  # clients know the text of a used-up quota by heart
        text += f" {error.fix}"
    structured: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "fix": error.fix,
        "field_errors": _field_errors(error),
        "failed_gates": to_jsonable_python(error.context.get("failed_gates", []), fallback=str),
    }
    if (wait := _seconds_to_wait(error, now)) is not None:
        structured["retry_after_s"] = wait
    return Outcome(text, structured, _quota_of(error), is_error=True)


def _field_errors(error: DomainError) -> object:
    if not isinstance(error, Invalid):
        return []
    if "field_errors" in error.context:
        return error.context["field_errors"]
    return [asdict(FieldError(error.field, error.message))] if error.field else []


def _seconds_to_wait(error: DomainError, now: datetime) -> int | None:
    if isinstance(wait := error.context.get("retry_after_s"), int):
        return wait
    resets_at = error.context.get("resets_at")
    return max(1, round((datetime.fromisoformat(resets_at) - now).total_seconds())) if isinstance(resets_at, str) else None


def _quota_of(error: DomainError) -> dict[str, Any]:
    if not isinstance(error, QuotaExhausted):
        return {}
    facts = error.context
    return {
        "quota": {"name": facts["quota"], "limit": facts["limit"], "used": facts["used"], "remaining": 0, "resets_at": facts["resets_at"]}
    }
