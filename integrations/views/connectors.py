"""Settings → Integrations → Connectors: what to enter in Claude, ChatGPT and others, and the test of the connection."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations import connection_test, connectors
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import Conflict


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show how each program is connected, and what the last test has found."""
    server_url = f"{settings.PUBLIC_URL}/api/mcp"
    shown = {
        "server_url": server_url,
        "client_id": connectors.CLIENT_ID,
        "connectors": connectors.connectors(server_url),
        "is_public": connectors.is_public(server_url),
        "report": connection_test.latest(request.actor.workspace_id),
        "may_test": "admin" in request.actor.scopes,
    }
    return render(request, "integrations/connectors.html", shown)


@throttled(Limit("connection test", "10/10m"))
@require_POST
@member_required
def test(request: SignedInRequest) -> HttpResponse:
    """Begin a test; the page shows what it finds."""
    try:
        connection_test.start(actor=request.actor, now=now())
    except Conflict as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    return redirect(f"{reverse('integrations:connectors')}#test")
