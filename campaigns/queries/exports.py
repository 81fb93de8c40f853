"""What can be exported: for each kind the scopes that it needs, the filters that it knows, its columns, and its rows as a stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice
from typing import Any, Literal, get_args

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, QuerySet, Subquery

from campaigns.models import CampaignStatus, Event, EventKind, InboundMessage, Suppression, SuppressionReason
from campaigns.models.suppression import suppressed
from campaigns.queries import campaigns, inbox, leads
from campaigns.queries.analytics import Counters, campaign_counters, moment
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid

Kind = Literal["leads", "campaigns", "threads", "replies", "events", "suppressions"]
Filters = Mapping[str, Any]
Row = tuple[object, ...]

KINDS: tuple[Kind, ...] = get_args(Kind)
CHUNK = 1_000  # rows that are fetched, and held, at a time


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of export. `columns` are the headings with what stands below them; `more` adds columns to a chunk of rows."""

    scopes: tuple[str, ...]
    filters: frozenset[str]
    columns: Mapping[str, str]
    select: Callable[[Actor, dict[str, Any]], QuerySet[Any]]
    more_columns: tuple[str, ...] = ()
    more: Callable[[Actor, list[Row]], Iterator[Row]] | None = None

    @property
    def headings(self) -> list[str]:
        return [*self.columns, *self.more_columns]


def source_of(kind: str) -> Source:
    """Return what an export of this kind is made of."""
    try:
        return _SOURCES[kind]
    except KeyError:
        raise Invalid(f"Nothing called {kind!r:.60} can be exported.", field="kind", fix=f"Use one of {', '.join(KINDS)}.") from None


def require(actor: Actor, kind: str) -> None:
    """Refuse, by the name of the missing scope, whoever may not read what this kind of export holds."""
    actor.require(*source_of(kind).scopes)


def select(*, actor: Actor, kind: str, filters: Filters) -> QuerySet[Any]:
    """Return the rows that the filters leave, in no order, without reading them."""
    source = source_of(kind)
    if unknown := sorted(filters.keys() - source.filters):
        raise Invalid(
            f"An export of {kind} knows no filter {unknown[0]!r:.60}.",
            field=f"filters.{unknown[0]:.60}",
            fix=f"It knows {', '.join(sorted(source.filters))}.",
        )
    return source.select(actor, dict(filters))


def stream(*, actor: Actor, kind: str, filters: Filters) -> Iterator[Row]:
    """Yield the rows one by one in the order of their ids, as they are at this moment, however many there are.

    The database keeps them behind a cursor, so that the memory that this takes does not grow with them.
    """
    source = source_of(kind)
    found = select(actor=actor, kind=kind, filters=filters).order_by("id").values_list(*source.columns.values())
    rows = found.iterator(chunk_size=CHUNK)
    if source.more is None:
        yield from rows
        return
    while chunk := list(islice(rows, CHUNK)):
        yield from source.more(actor, chunk)


# --- The kinds -----------------------------------------------------------------------------------------------------------------


def _leads(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    found, enrollments = leads.matching(actor=actor, **filters)
    newest = enrollments.filter(lead=OuterRef("pk")).order_by("-id")
    by_email, by_domain = suppressed(email="email_key", domain="domain")
    return found.annotate(
        sequence_campaign=Subquery(newest.values("campaign_id")[:1]),
        sequence_status=Subquery(newest.values("status")[:1]),
        is_suppressed=ExpressionWrapper(by_email | by_domain, output_field=BooleanField()),
    )


def _campaigns(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    _check_word(filters, "status", CampaignStatus.values)
    return campaigns.matching(actor=actor, **filters)


def _with_counters(actor: Actor, rows: list[Row]) -> Iterator[Row]:
    counted = campaign_counters(actor=actor, campaign_ids=[int(str(row[0])) for row in rows])
    for row, counters in zip(rows, counted.values(), strict=True):
        yield (*row, *(getattr(counters, name) for name in _COUNTERS))


def _threads(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    return inbox.matching(actor=actor, **filters)


def _replies(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    found = InboundMessage.objects.filter(workspace_id=actor.workspace_id, **_window(actor, filters, "received_at"))
    if "campaign_id" in filters:
        found = found.filter(conversation__campaign=campaigns.get_campaign(actor=actor, campaign_id=filters["campaign_id"]))
    return found


def _events(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    _check_word(filters, "type", EventKind.values)
    found = Event.objects.filter(workspace_id=actor.workspace_id, **_window(actor, filters, "at"))
    if "campaign_id" in filters:
        found = found.filter(campaign=campaigns.get_campaign(actor=actor, campaign_id=filters["campaign_id"]))
    return found.filter(kind=filters["type"]) if "type" in filters else found


def _suppressions(actor: Actor, filters: dict[str, Any]) -> QuerySet[Any]:
    _check_word(filters, "reason", SuppressionReason.values)
    found = Suppression.objects.filter(workspace_id=actor.workspace_id)
    if "query" in filters:
        found = found.filter(value__icontains=filters["query"].strip().replace("\x00", ""))
    return found.filter(reason=filters["reason"]) if "reason" in filters else found


def _check_word(filters: Filters, name: str, known: Collection[str]) -> None:
    if name in filters and filters[name] not in known:
        raise Invalid(f"Unknown {name} {filters[name]!r:.60}.", field=f"filters.{name}", fix=f"Use one of {', '.join(known)}.")


def _window(actor: Actor, filters: Filters, column: str) -> dict[str, Any]:
    """Return the conditions for days of the workspace's time zone, the last one included."""
    timezone = Workspace.objects.values_list("timezone", flat=True).get(id=actor.workspace_id)
    start, end = moment(_day(filters, "from"), "from", timezone), moment(_day(filters, "to"), "to", timezone, days=1)
    return {name: value for name, value in ((f"{column}__gte", start), (f"{column}__lt", end)) if value is not None}


def _day(filters: Filters, name: str) -> date | None:
    try:
        return date.fromisoformat(filters[name]) if name in filters else None
    except ValueError:
        raise Invalid(f"{filters[name]!r:.60} is no day.", field=f"filters.{name}", fix="Write it as 2026-11-17.") from None


def _columns(*same: str, **other: str) -> dict[str, str]:
    return {**{name: name for name in same}, **other}


_COUNTERS = tuple(field.name for field in fields(Counters))
_LEAD = {"lead_id": "lead_id", "lead_email": "lead__email", "lead_name": "lead__full_name"}
_CAMPAIGN = {"campaign_id": "campaign_id", "campaign_name": "campaign__name"}
_SOURCES: dict[str, Source] = {
    "leads": Source(
        scopes=("leads:read",),
        filters=frozenset({"campaign_id", "status", "query"}),
        columns={
            **_columns("id", "email", "full_name", "first_name", "last_name", "company", "title", "website", "linkedin_url"),
            **_columns("phone", "city", "country", "custom", campaign_id="sequence_campaign", status="sequence_status"),
            **_columns("created_at", suppressed="is_suppressed"),
        },
        select=_leads,
    ),
    "campaigns": Source(
        scopes=("campaigns:read",),
        filters=frozenset({"status", "query"}),
        columns=_columns("id", "name", "status", "type", "created_at", "launched_at", "completed_at"),
        select=_campaigns,
        more_columns=_COUNTERS,
        more=_with_counters,
    ),
    "threads": Source(
        scopes=("inbox:read",),
        filters=frozenset({"campaign_id", "status", "unread_only"}),
        columns={"thread_id": "id", **_columns("subject", "status", "unread", "last_message_at", "preview"), **_LEAD, **_CAMPAIGN},
        select=_threads,
    ),
    "replies": Source(
        scopes=("inbox:read",),
        filters=frozenset({"campaign_id", "from", "to"}),
        columns={
            **_columns("id", "from_address", "subject", "text", "automatic", "received_at", thread_id="conversation_id"),
            **{name: f"conversation__{lookup}" for name, lookup in {**_LEAD, **_CAMPAIGN}.items()},
        },
        select=_replies,
    ),
    "events": Source(
        scopes=("analytics:read", "leads:read"),
        filters=frozenset({"campaign_id", "type", "from", "to"}),
        columns={**_columns("id", "at", type="kind", step="step"), **_LEAD, **_CAMPAIGN},
        select=_events,
    ),
    "suppressions": Source(
        scopes=("leads:read",),
        filters=frozenset({"reason", "query"}),
        columns=_columns("id", "kind", "value", "reason", "note", "created_at"),
        select=_suppressions,
    ),
}
