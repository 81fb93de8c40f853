from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from rocketsdr.accounts import quotas
from rocketsdr.accounts.http import choose_workspace, current_actor
from rocketsdr.lib.clock import now


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is and how to connect to it."""
    actor = current_actor(request)
    shown = {"server_url": f"{settings.PUBLIC_URL}/api/mcp", "quotas": quotas.overview(actor, now=now()) if actor else []}
    return render(request, "home.html", shown)


@require_POST
@login_required
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Work in another of one's workspaces from now on."""
    chosen = choose_workspace(request, request.POST.get("workspace", ""))
    if chosen is None:
        raise Http404("No such workspace.")
    messages.success(request, f"You now work in {chosen.name}.")
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home")
