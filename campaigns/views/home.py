"""The start: what matters today, and the first steps of a workspace that is new."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.queries import inbox, overview, senders
from campaigns.queries.today import today
from rocketsdr.accounts import approvals, quotas
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.http import SignedInRequest, current_actor
from rocketsdr.lib.clock import now

SHOWN = 5  # of each list


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person and what runs; to somebody without a workspace, how to come into one."""
    actor = current_actor(request)
    if actor is None:
        return render(request, "home.html")
    cast("SignedInRequest", request).actor = actor
    return render(request, "home.html", {"server_url": f"{settings.PUBLIC_URL}/api/mcp", **_shown(actor)})


def _shown(actor: Actor) -> dict[str, Any]:
    moment = now()
    numbers = today(actor=actor, now=moment)
    return {
        "today": numbers,
        "waiting": numbers,
        "approvals": approvals.pending(actor=actor, now=moment)[:SHOWN] if numbers.approvals else [],
        "threads": inbox.list_threads(actor=actor, limit=SHOWN).items,
        "campaigns": overview.list_rows(actor=actor, status="running", limit=SHOWN).items,
        "resting": senders.list_resting(actor=actor, limit=SHOWN) if numbers.senders_resting else [],
        "quotas": quotas.overview(actor, now=moment),
    }
