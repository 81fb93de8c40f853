"""Settings → Integrations: what can be connected, and where."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rocketsdr.accounts.http import SignedInRequest, member_required


@require_safe
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show how a program connects to this server."""
    return render(request, "integrations/index.html", {"server_url": f"{settings.PUBLIC_URL}/api/mcp"})
