"""Jobs of the gateway."""

from __future__ import annotations

from celery import shared_task

from mcp_gateway import idempotency
from rocketsdr.lib.clock import now


@shared_task(name="mcp_gateway.purge", acks_late=True)
def purge(**_: object) -> None:
    """Delete the answers to idempotency keys that have expired."""
    idempotency.purge(now=now())
