"""The record of every call, and the audit events that a call has caused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models.signals import post_save
from django.dispatch import receiver

from mcp_gateway.models import Ending, ToolCall
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import crypto

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
    started: float = field(default_factory=time.perf_counter)

    def write(self, ending: Ending, code: str = "") -> None:
        """Store how the call ended, within the current transaction if there is one."""
        ToolCall.objects.create(
            workspace_id=self.actor.workspace_id,
            user_id=self.actor.user_id,
            via=self.actor.via,
            credential=self.actor.credential,
            client=self.client[:100],
            request_id=self.request_id,
            surface=self.surface,
            tool=self.tool,
            args_digest=crypto.digest(self.arguments),
            outcome=ending,
            code=code,
            duration_ms=round((time.perf_counter() - self.started) * 1000),
            at=self.at,
        )


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
