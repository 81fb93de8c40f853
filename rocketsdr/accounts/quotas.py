"""Daily quotas: rows in PostgreSQL, exact under concurrency, taken inside the transaction of the act (so a failure refunds)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models.quota import QuotaUse
from rocketsdr.accounts.models.workspace import Workspace
from rocketsdr.lib.errors import LimitReached

PER_DAY = {"preview_leads": 20, "create_campaign": 10}

_TAKE = """
    INSERT INTO accounts_quotause (workspace_id, name, day, used) SELECT %(workspace)s, %(name)s, %(day)s, 1 WHERE %(limit)s >= 1
    ON CONFLICT (workspace_id, name, day) DO UPDATE SET used = accounts_quotause.used + 1 WHERE accounts_quotause.used < %(limit)s
    RETURNING used
"""


class QuotaExhausted(LimitReached):
    code = "quota_exhausted"


@dataclass(frozen=True, slots=True)
class Quota:
    """One daily quota as the user may see it; `resets_at` is the next midnight in UTC."""

    name: str
    limit: int
    used: int
    resets_at: datetime


def take(actor: Actor, name: str, *, now: datetime) -> Quota:
    """Use one unit of the workspace's daily quota `name`, or refuse with the numbers and the reset time."""
    limit = _limits(actor.workspace_id)[name]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"workspace": actor.workspace_id, "name": name, "day": _day(now), "limit": limit})
        row = cursor.fetchone()
    if row is None:
        raise QuotaExhausted(
            f"daily quota for {name} exhausted ({limit}/{limit}). Resets at 00:00 UTC.",
            fix="Wait for the reset, or ask an operator for a higher limit.",
            quota=name,
            limit=limit,
            used=limit,
            resets_at=_reset(now).isoformat(),
        )
    return Quota(name=name, limit=limit, used=row[0], resets_at=_reset(now))


def overview(actor: Actor, *, now: datetime) -> list[Quota]:
    """Return every daily quota of the workspace with what is used today."""
    used = dict(QuotaUse.objects.filter(workspace_id=actor.workspace_id, day=_day(now)).values_list("name", "used"))
    return [
        Quota(name=name, limit=limit, used=min(used.get(name, 0), limit), resets_at=_reset(now))
        for name, limit in _limits(actor.workspace_id).items()
    ]


def _limits(workspace_id: int) -> dict[str, int]:
    own = Workspace.objects.values_list("quota_limits", flat=True).get(id=workspace_id)
    return {**PER_DAY, **{name: int(limit) for name, limit in own.items() if name in PER_DAY}}


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _reset(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
