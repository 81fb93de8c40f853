"""What the navigation of every page counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from campaigns.queries import today
from rocketsdr.accounts.http import current_actor
from rocketsdr.lib.clock import now


def counts(request: HttpRequest) -> dict[str, Any]:
    """Give every template what waits for a person, read only where it is shown."""
    return {"waiting": SimpleLazyObject(lambda: _waiting(request))}


def _waiting(request: HttpRequest) -> today.Waiting:
    actor = getattr(request, "actor", None) or current_actor(request)
    return today.waiting(actor=actor, now=now()) if actor else today.Waiting()
