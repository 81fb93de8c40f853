"""What a caller may mean by the beginning of an id or of a name: the workspace's own things, those that fit best first."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from campaigns.models import Campaign, Conversation, Lead, Persona, Product, Sender
from campaigns.rules import texts
from rocketsdr.accounts.actor import Actor

LOOKED_AT = 100_000  # a list that opens while somebody types has to be there at once


class Matches(NamedTuple):
    """Some values, and how many there are in all."""

    values: list[str]
    total: int


def campaign_ids(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the ids of campaigns by a part of their name or the beginning of their id, the newest first."""
    return _ids(Campaign.objects.filter(workspace_id=actor.workspace_id), ("name",), text, limit)


def product_ids(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the ids of products by a part of their name or the beginning of their id, the newest first."""
    return _ids(Product.objects.filter(workspace_id=actor.workspace_id), ("name",), text, limit)


def persona_ids(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the ids of personas by a part of their name or title or the beginning of their id, the newest first."""
    return _ids(Persona.objects.filter(workspace_id=actor.workspace_id), ("name", "title"), text, limit)


def sender_ids(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the ids of senders by a part of their address or name or the beginning of their id, the newest first."""
    return _ids(Sender.objects.filter(workspace_id=actor.workspace_id), ("email", "from_name"), text, limit)


def thread_ids(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the ids of threads by a part of the lead's name or address or of the subject, the latest first."""
    threads = Conversation.objects.filter(workspace_id=actor.workspace_id)
    return _ids(threads, ("lead__full_name", "lead__email", "subject"), text, limit, newest="-last_message_at")


def lead_emails(*, actor: Actor, text: str, limit: int) -> Matches:
    """Return the addresses of leads by a part of the address or of the name, the newest first; the newest 100,000 leads are looked at."""
    if not texts.is_storable(text):
        return Matches([], 0)
    leads = Lead.objects.filter(workspace_id=actor.workspace_id, archived_at__isnull=True)
    newest = leads.filter(id__in=leads.order_by("-id").values("id")[:LOOKED_AT])
    found = newest.filter(Q(email_key__contains=text.lower()) | Q(full_name__icontains=text)) if text else newest
    ranked = found.order_by(_rank(Q(email_key__startswith=text.lower())), "-id").values_list("email", flat=True)
    return Matches(list(ranked[:limit]), found.count())


def _ids(rows: QuerySet[Any], names: tuple[str, ...], text: str, limit: int, newest: str = "-id") -> Matches:
    if not texts.is_storable(text):
        return Matches([], 0)
    begins, contains = Q(), Q()
    for name in names:
        begins |= Q(**{f"{name}__istartswith": text})
        contains |= Q(**{f"{name}__icontains": text})
    of_id = Q(id_text__startswith=text)
    found = rows.annotate(id_text=Cast(F("id"), CharField())).filter(of_id | contains)
    ranked = found.order_by(_rank(of_id, begins), newest, "-id").values_list("id", flat=True)
    return Matches([str(row_id) for row_id in ranked[:limit]], found.count())


def _rank(*better: Q) -> Case:
    """Sort the rows by the first of these conditions that they fulfil."""
    return Case(*(When(condition, then=Value(place)) for place, condition in enumerate(better)), default=Value(len(better)))
