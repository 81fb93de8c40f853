"""Whether the pinned documents of well known clients are still what is published. It tells operators, and changes nothing by itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from oauth2_provider.cimd import CIMDError

from rocketsdr.accounts.models.pinned_client import PinnedClient, PinnedState
from rocketsdr.accounts.oauth import cimd, pinned
from rocketsdr.accounts.oauth.client_metadata import Metadata

logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)


def check_pinned(*, now: datetime) -> None:
    """Compare every pinned document that was not compared for a week; write the outcome down, and a change into the log."""
    recent = set(PinnedClient.objects.filter(checked_at__gt=now - EVERY).values_list("client_id", flat=True))
    for client_id, ours in pinned.documents().items():
        if client_id not in recent:
            _note(client_id, *_compared(client_id, ours), now)


def _compared(client_id: str, ours: Metadata) -> tuple[PinnedState, str]:
    try:
        theirs, _ = cimd.published(client_id)
    except CIMDError as error:
        return PinnedState.UNREACHABLE, str(error)
    try:
        changes = cimd.changes(ours, theirs)
    except CIMDError as error:
        return PinnedState.CHANGED, f"The published document would be refused now: {error}"
    return (PinnedState.CHANGED, changes) if changes else (PinnedState.SAME, "")


def _note(client_id: str, state: PinnedState, detail: str, now: datetime) -> None:
    before = PinnedClient.objects.filter(client_id=client_id).first()
    changed_at = (before.changed_at if before else None) or now
    if state is PinnedState.CHANGED:
        logger.error("The published metadata of the OAuth client %s differs from what is pinned: %s", client_id, detail)
    elif state is PinnedState.UNREACHABLE:
        logger.info("The published metadata of the OAuth client %s could not be compared: %s", client_id, detail)
    PinnedClient.objects.update_or_create(
        client_id=client_id,
        defaults={
            "state": state,
            "detail": detail,
            "checked_at": now,
            "changed_at": changed_at if state is PinnedState.CHANGED else None,
        },
    )
