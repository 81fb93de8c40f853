"""Jobs of the gateway."""

from __future__ import annotations

from celery import shared_task

from mcp_gateway import confirmation, idempotency, records
from rocketsdr.lib.clock import now


@shared_task(name="mcp_gateway.purge", acks_late=True)
def purge(**_: object) -> None:
    """Delete the answers to idempotency keys and the uses of confirmations that have expired, and the records of calls that are old."""
    idempotency.purge(now=now())
    confirmation.purge(now=now())
    records.purge(now=now())
