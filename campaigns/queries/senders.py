from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.db.models import QuerySet

from campaigns.models import Sender, SenderDay, SenderStatus
from campaigns.queries.pages import LIMIT, Page, page
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid, NotFound

SenderType = Literal["email", "linkedin"]
SENDER_TYPES = ("email", "linkedin")
Health = Literal["ok", "paused", "failing", "never_used"]


class SenderPaused(Conflict):
    code = "sender_paused"


@dataclass(frozen=True, slots=True)
class SenderView:
    """A sender and what it can do today: `remaining_today` is None where nothing caps it."""

    sender: Sender
    remaining_today: int | None
    health: Health


def get_sender(*, actor: Actor, sender_id: int) -> Sender:
    """Return one sender of the actor's workspace."""
    try:
        return _senders(actor).get(id=sender_id)
    except Sender.DoesNotExist:
        raise _unknown(sender_id) from None


def list_senders(
    *,
    actor: Actor,
    type: SenderType | None = None,  # noqa: A002 - the word of the API
    limit: int = LIMIT,
    cursor: str | None = None,
    now: datetime,
) -> Page[SenderView]:
    """Return the workspace's senders, the newest first; there are e-mail senders only, so `linkedin` lists none."""
    if type is not None and type not in SENDER_TYPES:
        raise Invalid(f"Unknown type of sender {type!r:.60}.", field="type", fix=f"Use one of {', '.join(SENDER_TYPES)}.")
    if type == "linkedin":
        return Page([], 0, None)
    senders = page(_senders(actor), limit=limit, cursor=cursor)
    days = SenderDay.objects.filter(sender__in=senders.items, used__gt=0)
    today = dict(days.filter(day=now.astimezone(UTC).date()).values_list("sender_id", "used"))
    ever_used = set(days.values_list("sender_id", flat=True).distinct())
    return senders.map(lambda sender: SenderView(sender, _remaining(sender, today), _health(sender, ever_used)))


def list_resting(*, actor: Actor, limit: int = LIMIT) -> list[Sender]:
    """Return the workspace's senders that send nothing now, because they are paused or their servers refuse us, the newest first."""
    return list(_senders(actor).exclude(status=SenderStatus.ACTIVE).order_by("-id")[:limit])


def usable_senders(*, actor: Actor, sender_ids: Collection[int] | None = None) -> list[Sender]:
    """Return the senders that a campaign may use: the chosen ones, or all active ones where none is chosen."""
    if not sender_ids:
        return list(_senders(actor).filter(status=SenderStatus.ACTIVE).order_by("id"))
    found = {sender.id: sender for sender in _senders(actor).filter(id__in=sender_ids)}
    for sender_id in sender_ids:
        if sender_id not in found:
            raise _unknown(sender_id)
        if found[sender_id].status == SenderStatus.PAUSED:
            raise SenderPaused(
                f"Sender {sender_id} is paused.", fix="Resume it, or choose another one: list_senders shows them.", sender_id=sender_id
            )
    return [found[sender_id] for sender_id in sorted(found)]


def _senders(actor: Actor) -> QuerySet[Sender]:
    return Sender.objects.filter(workspace_id=actor.workspace_id)


def _unknown(sender_id: int) -> NotFound:
    return NotFound("No such sender.", fix="list_senders shows the ids.", sender_id=sender_id)


def _remaining(sender: Sender, used_today: dict[int, int]) -> int | None:
    return None if sender.daily_cap is None else max(sender.daily_cap - used_today.get(sender.id, 0), 0)


def _health(sender: Sender, ever_used: set[int]) -> Health:
    if sender.status == SenderStatus.PAUSED:
        return "paused"
    if sender.status == SenderStatus.FAILING:
        return "failing"
    return "ok" if sender.id in ever_used else "never_used"
