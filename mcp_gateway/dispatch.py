"""The hallway that every call of a tool goes through, whatever door it came in by.

In this order: find, scope, validate, count against the credential's cap, replay of an idempotency key, confirm, quota and run in one
transaction, record. A replay, a dry run and a call that waits for a confirmation use no quota, and a failure gives back what it took.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic_core import to_json, to_jsonable_python

from mcp_gateway import catalogue, confirmation, idempotency
from mcp_gateway.confirmation import Binding
from mcp_gateway.idempotency import Slot
from mcp_gateway.models import Ending
from mcp_gateway.records import Entry, audited
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool import ActArguments, Arguments, FieldError, ListArguments, Result, Tool, WriteArguments, capping, exchange, refusal
from mcp_gateway.tool.capping import Rendered, rendered
from mcp_gateway.tool.exchange import Exchange, InputRequired
from mcp_gateway.tool.results import SHOWN_ONCE
from rocketsdr.accounts import approvals, quotas
from rocketsdr.accounts.actor import Actor, MissingScope
from rocketsdr.accounts.models.workspace import ApprovalPolicy
from rocketsdr.accounts.quotas import Quota, QuotaExhausted
from rocketsdr.lib.errors import DomainError, Invalid, NotFound

DRY_RUN = "Dry run: nothing was changed.\n\n"
REPLAYED = "\n\nThis is the first answer to this idempotency_key, given again: nothing was done now."
REPLAYED_SECRETS = f"\n\nWhat is “{SHOWN_ONCE}” stood in the first answer alone: call with another idempotency_key to get a new one."
QUESTION = "confirm"  # the name of the one question that the hallway itself asks
FORMS = "elicitation.form"  # what a client declares that can show one


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
    exchange: Exchange = field(default_factory=Exchange)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a door hands out: a text for the model, the same as data, and facts about the call itself."""

    text: str
    structured: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)
    is_error: bool = False
    http_status: int = 200  # for doors that speak HTTP's own words; a refusal has that of its kind
    content: list[dict[str, Any]] | None = None  # blocks of MCP where the text alone does not say it


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run of a tool gave, what it used and what it left in the audit log."""

    whole: Rendered
    quota: Quota | None = None
    events: list[int] = field(default_factory=list)
    shortened: bool = False  # a page that holds fewer items than were asked for


class _Unconfirmed(Exception):
    """An act needs a confirmation first; what it did to show its effect is taken back."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def call(actor: Actor, asked: Call, *, now: datetime) -> Outcome:
    """Call a tool for this actor. A refusal is an outcome like any other; a fault of ours is raised, once it is recorded.

    A call that needs the client's answer first has done nothing yet and raises `InputRequired`.
    """
    tool = _find(asked)
    arguments = _canonical(asked.arguments)
    entry = Entry(actor, asked.surface.slug, tool.name, arguments, asked.request_id, asked.client, now, reads=tool.read_only)
    try:
        with exchange.opened(asked.exchange):
            return _enter(tool, asked, entry)
    except DomainError as error:
        entry.write(Ending.REFUSED, error.code)
        return _refused(tool, error, now)
    except _Unconfirmed as waiting:
        entry.write(Ending.ASKED)
        return waiting.outcome
    except InputRequired:
        entry.write(Ending.ASKED)
        raise
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
    """Return the same text for the same arguments, however often and with whose word the call is made."""
    once = {"idempotency_key", "confirmation_token"}
    return json.dumps({name: value for name, value in arguments.items() if name not in once}, sort_keys=True, ensure_ascii=False)


def _enter(tool: Tool, asked: Call, entry: Entry) -> Outcome:
    if tool.scope is not None:
        entry.actor.require(tool.scope)
    args = tool.parse(_with_key(tool, asked))
    if isinstance(args, WriteArguments) and args.dry_run:
        return _rehearse(tool, args, entry)
    if tool.scope is not None:  # what any credential may do is never held back: see what is left, stop everything
        quotas.count_call(entry.actor, now=entry.at)
    return _commit(tool, args, entry) if isinstance(args, WriteArguments) else _read(tool, args, entry)


def _with_key(tool: Tool, asked: Call) -> dict[str, Any]:
    """Return the arguments with the key of the header among them; a header on a read changes nothing."""
    if tool.read_only or not asked.idempotency_key:
        return asked.arguments
    key = asked.arguments.get("idempotency_key", asked.idempotency_key)
    if key != asked.idempotency_key:
        message = "idempotency_key and the header Idempotency-Key differ: send one of them."
        raise refusal([FieldError("idempotency_key", message)])
    return {**asked.arguments, "idempotency_key": key}


def _read(tool: Tool, args: Arguments, entry: Entry) -> Outcome:
    """Answer a call that changes nothing but, for some, a quota."""
    if tool.quota is None:
        outcome = _done(_page(tool, args, entry.actor))
        entry.write(Ending.DONE)
        return outcome
    with transaction.atomic(), audited() as events:
        quota = quotas.take(entry.actor, tool.quota, now=entry.at)
        outcome = _done(replace(_page(tool, args, entry.actor), quota=quota, events=events))
        entry.write(Ending.DONE, audit_ids=events)
    return outcome


def _page(tool: Tool, args: Arguments, actor: Actor) -> _Run:
    """Run a read; a page that no answer could hold is read again with as many items as one holds, and goes on after the last of them."""
    run = _Run(rendered(tool.run(actor, args)))
    while isinstance(args, ListArguments) and (number := capping.fewer(run.whole)) is not None and number < args.limit:
        args = args.model_copy(update={"limit": number})
        run = _Run(rendered(tool.run(actor, args)), shortened=True)
    return run


def _rehearse(tool: Tool, args: WriteArguments, entry: Entry) -> Outcome:
    """Go the whole way and take it back: nothing is stored, and what was to happen after the commit never does."""
    with transaction.atomic():
        outcome = _done(_Run(rendered(tool.run(entry.actor, args))))
        transaction.set_rollback(True)
    entry.write(Ending.REHEARSED)
    return replace(outcome, text=DRY_RUN + outcome.text, meta={**outcome.meta, "dry_run": True})


@transaction.atomic
def _commit(tool: Tool, args: WriteArguments, entry: Entry) -> Outcome:
    """Act once: what the call does, its quota, its answer, the use of its confirmation and its record commit together."""
    slot = Slot(entry.actor, tool.name, args.idempotency_key, args.canonical()) if args.idempotency_key else None
    first = idempotency.first_answer(slot, now=entry.at) if slot else None
    if first is not None:
        entry.write(Ending.REPLAYED)
        kept = json.loads(first)
        return Outcome(**kept | {"text": kept["text"] + REPLAYED, "meta": {**kept["meta"], "replayed": True}})
    promise = _promise(tool, args, entry)
    run = _act(tool, args, entry)
    if promise is not None:
        confirmation.keep_promise(promise, run.whole.result.promise())
    if slot:
        idempotency.keep(slot, _kept(run))
    entry.write(Ending.DONE, audit_ids=run.events)
    return _done(run)


def _act(tool: Tool, args: WriteArguments, entry: Entry) -> _Run:
    quota = quotas.take(entry.actor, tool.quota, now=entry.at) if tool.quota else None
    with audited() as events:
        return _Run(rendered(tool.run(entry.actor, args)), quota, events)


def _kept(run: _Run) -> str:
    """Return the answer as it is kept for a replay: its secrets are not in it."""
    outcome = _done(replace(run, whole=rendered(run.whole.result.veiled())))
    if run.whole.result.secret_fields:
        outcome = replace(outcome, text=outcome.text + REPLAYED_SECRETS)
    return to_json(asdict(outcome)).decode()


def _done(run: _Run) -> Outcome:
    shown, is_cut = capping.fitted(run.whole)
    meta: dict[str, Any] = {}
    if run.quota is not None:
        meta["quota"] = to_jsonable_python({**asdict(run.quota), "remaining": run.quota.limit - run.quota.used})
    if run.events:
        meta["audit_id"] = run.events[-1]
    if is_cut or run.shortened:
        meta["truncated"] = shown.structured["truncated"] = True
    text = shown.text[: capping.MOST] + capping.NOTE if is_cut else shown.text
    return Outcome(text, shown.structured, meta, content=shown.result.content())


# --- Confirmations ---------------------------------------------------------------------------------------------------------------


def _promise(tool: Tool, args: WriteArguments, entry: Entry) -> str | None:
    """Return what an act that its caller has confirmed promised to do, None where no confirmation is needed; ask where it is missing."""
    if not (isinstance(args, ActArguments) and args.acts() and approvals.policy_of(entry.actor) == ApprovalPolicy.CONFIRM):
        return None
    binding = Binding(entry.actor, tool.name, args.canonical())
    token = args.confirmation_token or _answered()
    if not token:
        raise _question(tool, binding, tool.run(entry.actor, args), entry.at)
    return confirmation.redeem(token, binding, now=entry.at)


def _answered() -> str:
    """Return the token that came back with the client's yes; empty where nothing was asked yet."""
    answer = exchange.current().inputs.get(QUESTION)
    if answer is None:
        return ""
    if answer.get("action") != "accept" or (answer.get("content") or {}).get("confirm") is not True:
        raise confirmation.Declined("The user has not confirmed it, so nothing was done.", fix="Ask the user what they want instead.")
    return str(exchange.current().state or "")


def _question(tool: Tool, binding: Binding, result: Result, now: datetime) -> InputRequired | _Unconfirmed:
    """Ask for the word: with a form where the client can show one, else with a token that comes back with the same call."""
    token = confirmation.issue(binding, result.promise(), now=now)
    preview = _done(_Run(rendered(result))).text
    if FORMS in exchange.current().capabilities:
        return InputRequired({QUESTION: _form(tool, preview)}, state=token.text)
    text = (
        f"Confirmation needed: nothing has happened yet. Once confirmed:\n\n{preview}\n\n"
        f"Show this to the user. If they agree, call {tool.name} again with the same arguments and "
        f'confirmation_token "{token.text}", before {token.expires_at:%H:%M:%S} UTC.'
    )
    facts = {"preview": preview, "confirmation_token": token.text, "expires_at": to_jsonable_python(token.expires_at)}
    return _Unconfirmed(Outcome(text, {"status": "confirmation_required", **facts}))


def _form(tool: Tool, preview: str) -> dict[str, Any]:
    confirm = {"type": "boolean", "title": tool.title, "description": "Yes, do this."}
    schema = {"type": "object", "properties": {"confirm": confirm}, "required": ["confirm"]}
    message = f"{tool.title}: nothing has happened yet. Once confirmed:\n\n{preview}"
    return {"method": "elicitation/create", "params": {"mode": "form", "message": message, "requestedSchema": schema}}


# --- Refusals --------------------------------------------------------------------------------------------------------------------


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
    if isinstance(error, MissingScope):
        structured["scope"] = error.context["scope"]
    if (wait := _seconds_to_wait(error, now)) is not None:
        structured["retry_after_s"] = wait
    return Outcome(text, structured, _quota_of(error), is_error=True, http_status=error.http_status)


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
    facts: dict[str, Any] = error.context
    counted = {"limit": facts["limit"], "used": facts["used"], "remaining": facts["limit"] - facts["used"]}
    return {"quota": {"name": facts["quota"], **counted, "resets_at": facts["resets_at"]}}
