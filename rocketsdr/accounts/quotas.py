"""Daily quotas of a workspace and daily caps of its credentials: rows in PostgreSQL, exact under concurrency.

They are taken inside the transaction of the act, so that a failure gives them back; only calls count whatever comes of them. The
e-mails a credential may send are counted where mail is claimed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from rocketsdr.accounts.actor import Actor, ids_of
from rocketsdr.accounts.models.api_key import ApiKey
from rocketsdr.accounts.models.quota import QuotaUse
from rocketsdr.accounts.models.workspace import Workspace
from rocketsdr.lib.errors import LimitReached

PER_DAY = {"preview_leads": 20, "create_campaign": 10}
CAP_OF = {"create_campaign": "campaigns"}  # the cap of a credential that a quota of the workspace uses too
SENDS = "sends"
RESET = "Resets at 00:00 UTC."

_TAKE = """
    INSERT INTO accounts_quotause (workspace_id, credential, name, day, used)
    SELECT %(workspace)s, %(credential)s, %(name)s, %(day)s, %(number)s WHERE %(limit)s >= %(number)s
    ON CONFLICT (workspace_id, credential, name, day) DO UPDATE SET used = accounts_quotause.used + %(number)s
    WHERE accounts_quotause.used + %(number)s <= %(limit)s
    RETURNING used
"""


class QuotaExhausted(LimitReached):
    code = "quota_exhausted"


class CapExhausted(QuotaExhausted):
    """What is used up is a limit of the credential alone; others of the workspace may go on."""

    code = "credential_cap_exhausted"


@dataclass(frozen=True, slots=True)
class Quota:
    """One daily quota as the user may see it; `resets_at` is the next midnight in UTC."""

    name: str
    limit: int
    used: int
    resets_at: datetime


def take(actor: Actor, name: str, *, now: datetime) -> Quota:
    """Use one unit of the workspace's daily quota `name`, and of the credential's cap, or refuse with the numbers and the reset time."""
    if name in CAP_OF:
        use_cap(actor, CAP_OF[name], now=now)
    limit = _limits(actor.workspace_id)[name]
    used = _use(actor.workspace_id, "", name, number=1, limit=limit, now=now)
    if used is None:
        raise QuotaExhausted(
            f"daily quota for {name} exhausted ({limit}/{limit}). {RESET}",
            fix="Wait for the reset, or ask an operator for a higher limit.",
            quota=name,
            limit=limit,
            used=limit,
            resets_at=_reset(now).isoformat(),
        )
    return Quota(name=name, limit=limit, used=used, resets_at=_reset(now))


def count_call(actor: Actor, *, now: datetime) -> None:
    """Count one call of a credential whose calls have a cap, or refuse it; of any other, ask the database nothing."""
    use_cap(actor, "calls", now=now)


def use_cap(actor: Actor, name: str, *, number: int = 1, now: datetime) -> None:
    """Use so many units of each presented credential's daily cap `name`, all or none, where it has one."""
    limit: int | None = getattr(actor.caps, name)
    if limit is None or number == 0:
        return
    for credential in sorted(actor.credentials):
        if _use(actor.workspace_id, credential, name, number=number, limit=limit, now=now) is None:
            raise _cap_exhausted(actor, credential, name, number, limit, now)


def _use(workspace_id: int, credential: str, name: str, *, number: int, limit: int, now: datetime) -> int | None:
    """Count so many more and return the sum, or None where that would pass the limit."""
    given: dict[str, int | str | date] = {
        "workspace": workspace_id,
        "credential": credential,
        "name": name,
        "day": _day(now),
        "number": number,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
        row = cursor.fetchone()
    return row[0] if row else None


def _cap_exhausted(actor: Actor, credential: str, name: str, number: int, limit: int, now: datetime) -> CapExhausted:
    used = min(_used_today(actor.workspace_id, [credential], now).get((credential, name), 0), limit)
    what = "exhausted" if used + 1 > limit else f"leaves {limit - used:,}, not {number:,}"
    return CapExhausted(
        f"daily quota of this credential for {name} {what} ({used}/{limit}). {RESET}",
        fix="Wait for the reset, or ask an owner of the workspace for a higher cap.",
        quota=name,
        limit=limit,
        used=used,
        resets_at=_reset(now).isoformat(),
    )


def overview(actor: Actor, *, now: datetime) -> list[Quota]:
    """Return every daily quota of the workspace with what is used today."""
    used = _used_today(actor.workspace_id, [""], now)
    return [
        Quota(name=name, limit=limit, used=min(used.get(("", name), 0), limit), resets_at=_reset(now))
        for name, limit in _limits(actor.workspace_id).items()
    ]


def caps_overview(actor: Actor, *, now: datetime) -> list[Quota]:
    """Return the daily caps of the credential with what is used today; of two that are presented together, the fuller count."""
    caps = {name: cap for name, cap in asdict(actor.caps).items() if cap is not None}
    used = _used_today(actor.workspace_id, actor.credentials, now) if caps else {}
    most = {name: max(used.get((credential, name), 0) for credential in actor.credentials or [""]) for name in caps}
    return [Quota(name=name, limit=cap, used=min(most[name], cap), resets_at=_reset(now)) for name, cap in caps.items()]


def why_nothing_is_sent(workspace_id: int, credential: str, *, now: datetime) -> str:
    """Say that the credential that launched something has sent what it may today; empty while it may send."""
    capped = ApiKey.objects.filter(workspace_id=workspace_id, id__in=ids_of("key", credential), sends_per_day__isnull=False)
    strictest = capped.order_by("sends_per_day", "id").values_list("sends_per_day", "id").first()
    if strictest is None:
        return ""
    limit, key_id = strictest
    used = _used_today(workspace_id, [f"key:{key_id}"], now).get((f"key:{key_id}", SENDS), 0)
    if limit is None or used < limit:
        return ""
    return f"The daily quota of e-mails of the credential that launched it is exhausted ({limit}/{limit}). {RESET}"


def _used_today(workspace_id: int, credentials: list[str], now: datetime) -> dict[tuple[str, str], int]:
    today = QuotaUse.objects.filter(workspace_id=workspace_id, day=_day(now), credential__in=credentials)
    return {(credential, name): used for credential, name, used in today.values_list("credential", "name", "used")}


def _limits(workspace_id: int) -> dict[str, int]:
    own = Workspace.objects.values_list("quota_limits", flat=True).get(id=workspace_id)
    return {**PER_DAY, **{name: int(limit) for name, limit in own.items() if name in PER_DAY}}


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _reset(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
