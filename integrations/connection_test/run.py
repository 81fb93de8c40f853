"""One run of the test: in a thread of its own, so that the request that asks for it is over before the server is asked to answer.

A server with a single thread for requests could otherwise wait for itself for ever. The report stands in the cache: another process
may show it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from integrations.connection_test import checks
from integrations.connection_test.line import Line
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey
from rocketsdr.accounts.services import IssuedKey, KeyRules, issue_api_key, revoke_api_key
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import Conflict, DomainError

logger = logging.getLogger(__name__)

KEPT_FOR = 24 * 3600  # seconds that a report can be read
LONGEST = timedelta(seconds=40)  # after which a run has died with its process
SCOPES = frozenset({"campaigns:read"})


class AlreadyRunning(Conflict):
    code = "connection_test_is_running"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run has found. Without lines it is still running, or died with its process."""

    started_at: datetime
    lines: tuple[Line, ...] = ()

    @property
    def is_done(self) -> bool:
        return bool(self.lines)

    @property
    def has_died(self) -> bool:
        return not self.is_done and now() - self.started_at > LONGEST

    @property
    def is_running(self) -> bool:
        return not self.is_done and not self.has_died

    @property
    def failed(self) -> int:
        return sum(line.state == "fail" for line in self.lines)

    @property
    def warned(self) -> int:
        return sum(line.state == "warn" for line in self.lines)


def latest(workspace_id: int) -> Report | None:
    """Return the report of the last run of this workspace."""
    report: Report | None = cache.get(_name(workspace_id))
    return report


def start(*, actor: Actor, now: datetime) -> Thread:
    """Begin a run for whoever manages the workspace; it ends by itself."""
    actor.require("admin")
    running = latest(actor.workspace_id)
    if not cache.add(f"{_name(actor.workspace_id)}:lock", 1, 10) or (running and running.is_running):
        raise AlreadyRunning("The connection test is running already.", fix="Wait for its result.")
    rules = KeyRules(read_only=True)
    expires_at = now + timedelta(minutes=5)
    issued = issue_api_key(actor=actor, name="Connection test", scopes=SCOPES, expires_at=expires_at, rules=rules, now=now)
    cache.set(_name(actor.workspace_id), Report(started_at=now), KEPT_FOR)
    thread = Thread(target=_run, args=(actor, issued, now), name="connection-test", daemon=True)
    thread.start()
    return thread


def _run(actor: Actor, issued: IssuedKey, started_at: datetime) -> None:
    try:
        lines = asyncio.run(checks.look(settings.PUBLIC_URL, issued.secret))
    except Exception:  # the outermost frame of the thread: a fault of ours is logged, and the report says that there was one
        logger.exception("The connection test failed")
        lines = [Line("The test itself", "fail", "It broke off by a fault of ours.", "Look at the server's log of this minute.")]
    cache.set(_name(actor.workspace_id), Report(started_at, tuple(lines)), KEPT_FOR)
    try:
        _forget(actor, issued)
    finally:
        connection.close()


def _forget(actor: Actor, issued: IssuedKey) -> None:
    """End the key, and take it off the list; the audit log keeps that it was."""
    with suppress(DomainError):
        revoke_api_key(actor=actor, key_id=issued.key.id, now=now())
    ApiKey.objects.filter(id=issued.key.id).delete()


def _name(workspace_id: int) -> str:
    return f"connection-test:{workspace_id}"
