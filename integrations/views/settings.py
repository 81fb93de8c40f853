"""Settings → Integrations: what is connected, at a glance."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations import connection_test
from integrations.connectors import CLIENT_ID, is_public
from integrations.views import api_keys
from rocketsdr.accounts import approvals, audit
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.lib.clock import now

LATELY = timedelta(days=1)


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show how a program connects to this server, which keys work, what waits and what agents have done lately."""
    actor, moment = request.actor, now()
    server_url = f"{settings.PUBLIC_URL}/api/mcp"
    working = [row for row in api_keys.rows(actor, moment) if not row.has_ended]
    shown = {
        "server_url": server_url,
        "client_id": CLIENT_ID,
        "is_public": is_public(server_url),
        "report": connection_test.latest(actor.workspace_id),
        "keys": len(working),
        "keys_that_end": sum(row.ends_soon for row in working),
        "last_used": max(((row.key.last_used_at, row.key.name) for row in working if row.key.last_used_at), default=None),
        "approvals_waiting": len(approvals.pending(actor=actor, now=moment)),
        "acts": audit.count_by_agents(actor.workspace_id, since=moment - LATELY),
    }
    return render(request, "integrations/index.html", shown)
