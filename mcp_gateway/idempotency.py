"""A call with an idempotency key acts once: the first answer commits together with what the call did, and later calls get it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from mcp_gateway.models import IdempotentAnswer
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict

KEPT_FOR = timedelta(days=7)
WAIT_SECONDS = 5  # how long a second call waits for the first one, which runs at the same time

# An expired answer that nobody has purged yet gives its place to the new call.
_CLAIM = """
    INSERT INTO mcp_gateway_idempotentanswer AS kept
        (workspace_id, credential, tool, key, args_digest, answer, created_at, expires_at)
    VALUES (%(workspace)s, %(credential)s, %(tool)s, %(key)s, %(digest)s, '', %(now)s, %(expires)s)
    ON CONFLICT (workspace_id, credential, tool, key) DO UPDATE
        SET args_digest = excluded.args_digest, answer = '', created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE kept.expires_at <= %(now)s
    RETURNING id
"""


class KeyReused(Conflict):
    code = "idempotency_key_reused"


class StillRunning(Conflict):
    code = "idempotent_call_still_running"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the answer of one keyed call is kept. `arguments` is their canonical text, the key left out."""

    actor: Actor
    tool: str
    key: str
    arguments: str

    def rows(self) -> dict[str, object]:
        return {
            "workspace_id": self.actor.workspace_id,
            "credential": self.actor.credential,
            "tool": self.tool,
            "key": self.key,
        }


def first_answer(slot: Slot, *, now: datetime) -> str | None:
    """Return the answer that this key has already got; None takes the key for the current transaction, which then has to `keep` one."""
    if _claimed(slot, now):
        return None
    kept = IdempotentAnswer.objects.get(**slot.rows())
    if not crypto.matches(slot.arguments, kept.args_digest):
        raise KeyReused(
            f"the idempotency key {slot.key} was used for {slot.tool} with other arguments.",
            fix="Send the same arguments to get the first answer, or a new key to act again.",
        )
    return kept.answer


def keep(slot: Slot, answer: str) -> None:
    """Store the first answer; it commits with what the call did, or not at all."""
    IdempotentAnswer.objects.filter(**slot.rows()).update(answer=answer)


def purge(*, now: datetime) -> int:
    """Delete the answers that have expired; return how many."""
    return IdempotentAnswer.objects.filter(expires_at__lte=now).delete()[0]


def erase(*, workspace_id: int, mentions: Collection[str]) -> int:
    """Delete what is kept for a workspace of these people, named by their addresses; return how many answers.

    The answers stand encrypted, so each is read. A call that is repeated after that acts as a new one.
    """
    words = [mention.strip().lower() for mention in mentions if mention.strip()]
    kept = IdempotentAnswer.objects.filter(workspace_id=workspace_id).only("key", "answer")
    found = [answer.pk for answer in kept.iterator() if any(word in f"{answer.key} {answer.answer}".lower() for word in words)]
    return IdempotentAnswer.objects.filter(pk__in=found).delete()[0]


def _claimed(slot: Slot, now: datetime) -> bool:
    values: dict[str, str | int | datetime] = {
        "workspace": slot.actor.workspace_id,
        "credential": slot.actor.credential,
        "tool": slot.tool,
        "key": slot.key,
        "digest": crypto.digest(slot.arguments),
        "now": now,
        "expires": now + KEPT_FOR,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_SECONDS}s"])
        try:
            cursor.execute(_CLAIM, values)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise _still_running(slot) from None
            raise
        claimed = cursor.fetchone() is not None
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return claimed


def _still_running(slot: Slot) -> StillRunning:
    return StillRunning(
        f"the first call with the idempotency key {slot.key} is still running.",
        fix="Repeat the call in some seconds: it will get the first call's answer.",
        retry_after_s=WAIT_SECONDS,
    )
