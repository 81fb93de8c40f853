"""What was done in a workspace and by which call of which tool: the audit log, joined to the records of the calls that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from django.db.models import F, Func, Q, QuerySet

from campaigns.queries.analytics import moment
from campaigns.queries.pages import LARGEST_ID, LIMIT, Page, page
from mcp_gateway.models import ToolCall
from rocketsdr.accounts.actor import Actor, Via
from rocketsdr.accounts.audit import Fact
from rocketsdr.accounts.models import AuditEvent, Workspace
from rocketsdr.accounts.models.undo import UndoStep
from rocketsdr.lib.errors import Invalid

AT_ONCE = 500  # entries that are read together where all are wanted


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that changed: the action, what it was done to, such as `campaign:12`, and the numbers and states of it."""

    action: str
    entity: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain. `actor` is the credential, a person or `platform`; client, tool and args_digest are empty outside a call."""

    id: int
    at: datetime
    actor: str
    via: str
    client: str
    tool: str
    args_digest: str
    effects: list[Effect]
    undo_until: datetime | None
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by whom, by which tool, which action, about what, from when on and until when; None is any."""

    actor: str | None = None
    tool: str | None = None
    entity: str | None = None
    start: date | datetime | None = None
    end: date | datetime | None = None
    action: str | None = None
    by_agents: bool = False  # only what was done with a credential, not by a person at a page or by the platform


def list_entries(*, actor: Actor, wanted: Wanted, limit: int = LIMIT, cursor: str | None = None, now: datetime) -> Page[Entry]:
    """Return the workspace's audit log, the latest first."""
    events = page(_wanted(actor, wanted).select_related("user"), limit=limit, cursor=cursor, order=("-id",))
    told = iter(_told(actor, events.items, now))
    return events.map(lambda _: next(told))


def every_entry(*, actor: Actor, wanted: Wanted, most: int, now: datetime) -> Iterator[Entry]:
    """Return the same entries without pages, at most so many, read some hundred at a time; wrong wishes are refused before the first."""
    return _every(actor, _wanted(actor, wanted).select_related("user").order_by("-id"), most, now)


def _every(actor: Actor, found: QuerySet[AuditEvent], most: int, now: datetime) -> Iterator[Entry]:
    before, left = LARGEST_ID, most
    while left > 0 and (events := list(found.filter(id__lt=before)[: min(AT_ONCE, left)])):
        yield from _told(actor, events, now)
        before, left = events[-1].id, left - len(events)


def _wanted(actor: Actor, wanted: Wanted) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(_conditions(actor, wanted), workspace_id=actor.workspace_id)


def _told(actor: Actor, events: list[AuditEvent], now: datetime) -> list[Entry]:
    ids = [event.id for event in events]
    calls, undoable = _calls(actor, ids), _undoable(ids, now)
    return [_entry(event, calls.get(event.id), undoable.get(event.id)) for event in events]


def _conditions(actor: Actor, wanted: Wanted) -> Q:
    timezone = Workspace.objects.values_list("timezone", flat=True).get(id=actor.workspace_id)
    start, end = moment(wanted.start, "from", timezone), moment(wanted.end, "to", timezone, days=1)
    conditions = Q()
    if wanted.actor:
        conditions &= _by(wanted.actor.strip())
    if wanted.by_agents:
        conditions &= ~Q(credential="")
    if wanted.action:
        conditions &= Q(action=wanted.action)
    if wanted.tool:
        conditions &= Q(id__in=_events_of(actor, wanted.tool))
    if wanted.entity:
        conditions &= _about(wanted.entity)
    if start:
        conditions &= Q(at__gte=start)
    if end:
        conditions &= Q(at__lt=end)
    return conditions


def _by(who: str) -> Q:
    """Return the condition for what somebody did: a credential, a person by their address, or a door."""
    if who in get_args(Via):
        return Q(via=who)
    if "@" in who:
        return Q(user__email=who.lower())
    if ":" in who:
        return Q(credential=who) | Q(credential__startswith=f"{who}+") | Q(credential__endswith=f"+{who}")
    fix = f"Give a credential such as key:12 or connection:12, a person's e-mail, or a door: {', '.join(get_args(Via))}."
    raise Invalid(f"{who!r:.100} is no actor.", field="actor", fix=fix)


def _about(entity: str) -> Q:
    """Return the condition for what was done to one thing (`campaign:12`) or to any of its kind (`campaign`)."""
    kind, _, number = entity.strip().lower().partition(":")
    about = Q(subject_kind=kind.replace("_", ""))
    if not number:
        return about
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Invalid(
            f"{entity!r:.100} is no entity.", field="entity", fix="Give a kind and an id, such as campaign:12, or the kind alone."
        )
    return about & Q(subject_id=int(number))


def _caused(actor: Actor) -> QuerySet[ToolCall]:
    """Return the calls that have changed something."""
    return ToolCall.objects.filter(~Q(audit_ids=[]), workspace_id=actor.workspace_id)


def _events_of(actor: Actor, tool: str) -> QuerySet[ToolCall, int]:
    return _caused(actor).filter(tool=tool).values_list(Func(F("audit_ids"), function="unnest"), flat=True)


def _calls(actor: Actor, event_ids: list[int]) -> dict[int, ToolCall]:
    """Return the call that caused each of these events, where one did."""
    calls: Iterable[ToolCall] = _caused(actor).filter(audit_ids__overlap=event_ids) if event_ids else []
    return {event_id: call for call in calls for event_id in call.audit_ids}


def _undoable(event_ids: list[int], now: datetime) -> dict[int, datetime]:
    steps = UndoStep.objects.filter(event_id__in=event_ids, undone_at__isnull=True, expires_at__gt=now)
    return dict(steps.values_list("event_id", "expires_at"))


def _entry(event: AuditEvent, call: ToolCall | None, undo_until: datetime | None) -> Entry:
    entity = event.subject_kind if event.subject_id is None else f"{event.subject_kind}:{event.subject_id}"
    return Entry(
        id=event.id,
        at=event.at,
        actor=_name(event),
        via=event.via,
        client=call.client if call else "",
        tool=call.tool if call else "",
        args_digest=call.args_digest if call else "",
        effects=[Effect(event.action, entity, event.facts)],
        undo_until=undo_until,
        prev_hash=event.prev_hash,
        hash=event.hash,
    )


def _name(event: AuditEvent) -> str:
    """Say who did it: the credential, else the person (by number when they are gone), else the platform itself."""
    if event.credential:
        return event.credential
    if event.user_id is None:
        return "platform"
    return event.user.email if event.user else f"user:{event.user_id}"
