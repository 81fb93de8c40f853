"""The audit log: one row for each thing that somebody did, chained by hashes per workspace, in the transaction that did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from django.db import models

from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models.audit import GENESIS, AuditEvent, AuditHead
from rocketsdr.lib.clock import now

Fact = str | int | bool | None


def record(actor: Actor, action: str, subject: models.Model | None = None, **facts: Fact) -> AuditEvent:
    """Append one event to the workspace's chain. `facts` are ids, counts and states, never addresses or texts."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(workspace_id=actor.workspace_id)
    event = AuditEvent(
        workspace_id=actor.workspace_id,
        sequence=head.sequence + 1,
        at=now(),
        user_id=actor.user_id,
        via=actor.via,
        credential=actor.credential,
        action=action,
        subject_kind=subject._meta.model_name or "" if subject else "",
        subject_id=subject.pk if subject else None,
        facts=facts,
        prev_hash=head.hash,
    )
    event.hash = chain_hash(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(sequence=event.sequence, hash=event.hash)
    return event


def count_by_agents(workspace_id: int, *, since: datetime) -> int:
    """Return how many things agents and scripts have done in a workspace since then."""
    return AuditEvent.objects.filter(workspace_id=workspace_id, at__gte=since).exclude(credential="").count()


def chain_hash(event: AuditEvent) -> str:
    """Return the hash that binds this event to everything before it."""
    body = json.dumps(
        [
            event.workspace_id,
            event.sequence,
            _instant(event.at),
            event.user_id,
            event.via,
            event.credential,
            event.action,
            event.subject_kind,
            event.subject_id,
            event.facts,
            event.prev_hash,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def broken_links(workspace_id: int) -> Iterator[int]:
    """Yield the sequence numbers at which a workspace's chain does not hold: changed, missing or out of place."""
    expected, previous = 1, GENESIS
    for event in AuditEvent.objects.filter(workspace_id=workspace_id).order_by("sequence").iterator():
        if event.sequence != expected or event.prev_hash != previous or event.hash != chain_hash(event):
            yield event.sequence
        expected, previous = event.sequence + 1, event.hash
    head = AuditHead.objects.filter(workspace_id=workspace_id).first()
    if head is not None and (head.sequence, head.hash) != (expected - 1, previous):
        yield expected


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
