"""The record of every call, and the audit events that a call has caused.

A write's record commits with the write itself. The records of reads wait for some tenths of a second and are written together by a
thread in the background: when the process is killed, at most a second of them is lost, and a database that is away holds up no read.
"""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Lock, Thread
from typing import Any

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.db.models.signals import post_save
from django.dispatch import receiver
from pydantic_core import to_json

from mcp_gateway.models import Ending, ToolCall
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import crypto

logger = logging.getLogger(__name__)

BATCH = 500  # records that are written without waiting for more
MOST_WAITING = 20_000  # records that a process keeps while the database is away, some ten megabytes
PURGED_AT_ONCE = 10_000
MOST_PURGES = 100

_COLUMNS = ", ".join(f'"{each.column}"' for each in ToolCall._meta.concrete_fields if not each.primary_key)
# A workspace that was deleted while its records waited takes them along; one row of it must not keep the others out.
_STORE = f"""
    INSERT INTO mcp_gateway_toolcall ({_COLUMNS})
    SELECT {", ".join(f"call.{name.strip()}" for name in _COLUMNS.split(","))}
    FROM json_populate_recordset(NULL::mcp_gateway_toolcall, %s) AS call
    JOIN accounts_workspace AS workspace ON workspace.id = call.workspace_id
"""  # noqa: S608 - our own names

Record = dict[str, Any]

_audited: ContextVar[list[int] | None] = ContextVar("audited", default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A call that is being made. `arguments` is their canonical text; only its keyed digest is stored."""

    actor: Actor
    surface: str
    tool: str
    arguments: str
    request_id: str
    client: str
    at: datetime
    reads: bool = False
    started: float = field(default_factory=time.perf_counter)

    def write(self, ending: Ending, code: str = "", *, audit_ids: Sequence[int] = ()) -> None:
        """Store how the call ended: at once and within the current transaction, unless it only read; then within a second."""
        record: Record = {
            "workspace_id": self.actor.workspace_id,
            "user_id": self.actor.user_id,
            "via": self.actor.via,
            "credential": self.actor.credential,
            "client": self.client.replace("\0", "")[:100],
            "request_id": self.request_id,
            "surface": self.surface,
            "tool": self.tool,
            "args_digest": crypto.digest(self.arguments),
            "outcome": ending.value,
            "code": code,
            "duration_ms": round((time.perf_counter() - self.started) * 1000),
            "at": self.at,
            "audit_ids": audit_ids,
        }
        if self.reads and settings.TOOL_CALLS_EVERY and not connection.in_atomic_block:
            _waiting.add(record)
        else:
            _store([record])


def _store(records: Sequence[Record]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [to_json(records).decode()])


def _store_each(records: Sequence[Record]) -> None:
    """Store records one by one, so that one which the database refuses takes no other along."""
    for record in records:
        try:
            _store([record])
        except Error:
            logger.exception("The record of the call %s of %s could not be stored and is lost.", record["request_id"], record["tool"])


class Waiting:
    """The records of reads that are not stored yet, and the thread that stores them."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._dropped = 0
        self._changed = Condition()
        self._storing = Lock()
        self._thread: Thread | None = None
        self._closed = False
        self._is_away = False  # the database, at the last try

    def add(self, record: Record) -> None:
        """Have the record stored soon; it is dropped, and counted, when too many wait already."""
        with self._changed:
            if len(self._records) >= MOST_WAITING:
                self._dropped += 1
                return
            self._records.append(record)
            if self._thread is None or not self._thread.is_alive():  # a forked process has the list, not the thread
                self._thread = Thread(target=self._store_for_ever, name="call-records", daemon=True)
                self._thread.start()
            if len(self._records) >= BATCH:
                self._changed.notify()

    def flush(self) -> None:
        """Store what waits; what the database does not take now waits on."""
        with self._storing:
            while records := self._taken():
                try:
                    _store(records)
                    self._is_away = False
                except (OperationalError, InterfaceError) as error:
                    self._give_back(records, error)
                    return
                except Error:
                    _store_each(records)
        self._tell_dropped()

    def close(self) -> None:
        """Store what waits, and stop the thread; a later record starts it again."""
        with self._changed:
            thread, self._thread, self._closed = self._thread, None, True
            self._changed.notify()
        if thread is not None and thread.is_alive():
            thread.join(10)
        self.flush()
        self._closed = False

    def _store_for_ever(self) -> None:
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._has_many(), settings.TOOL_CALLS_EVERY)
            self.flush()
        connection.close()

    def _has_many(self) -> bool:
        """Say whether there is a whole batch for a database that takes it."""
        return len(self._records) >= BATCH and not self._is_away

    def _taken(self) -> list[Record]:
        with self._changed:
            taken, self._records = self._records[:BATCH], self._records[BATCH:]
        return taken

    def _give_back(self, records: list[Record], error: Error) -> None:
        with suppress(Error):
            connection.close()
        with self._changed:
            room = max(0, MOST_WAITING - len(self._records))
            self._dropped += max(0, len(records) - room)
            self._records[:0] = records[-room:] if room else []
            waiting = len(self._records)
        self._is_away = True
        logger.warning("The database does not take the records of calls (%s); %d wait.", type(error).__name__, waiting)

    def _tell_dropped(self) -> None:
        with self._changed:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            logger.error("%d records of calls were dropped while the database was away.", dropped)


_waiting = Waiting()
atexit.register(_waiting.close)


def close() -> None:
    """Store what still waits; the web process calls this at its end."""
    _waiting.close()


def purge(*, now: datetime) -> int:
    """Delete the records that are older than an installation keeps them; return how many."""
    with connection.cursor() as cursor:
        return sum(_purge_some(cursor, now - settings.TOOL_CALLS_KEPT))


def _purge_some(cursor: Any, until: datetime) -> Iterator[int]:
    """Delete in portions, so that no one transaction is long; what is left after many is for the next hour."""
    for _ in range(MOST_PURGES):
        cursor.execute(
            "DELETE FROM mcp_gateway_toolcall WHERE id IN (SELECT id FROM mcp_gateway_toolcall WHERE at < %s LIMIT %s)",
            [until, PURGED_AT_ONCE],
        )
        yield cursor.rowcount
        if cursor.rowcount < PURGED_AT_ONCE:
            return


@contextmanager
def audited() -> Iterator[list[int]]:
    """Collect the ids of the audit events that are recorded inside, in this thread."""
    ids: list[int] = []
    token = _audited.set(ids)
    try:
        yield ids
    finally:
        _audited.reset(token)


@receiver(post_save, sender=AuditEvent, dispatch_uid="mcp_gateway.records")
def _note(instance: AuditEvent, **_: object) -> None:
    ids = _audited.get()
    if ids is not None:
        ids.append(instance.pk)
