"""Saved audiences: what somebody looks for again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.forms import AudienceForm
from campaigns.queries import saved_audiences as queries
from campaigns.services import saved_audiences
from campaigns.views import facets
from campaigns.views.answers import by_form
from campaigns.views.wanted import Wanted
from rocketsdr.accounts.http import SignedInRequest, scope_required


@require_safe
@never_cache
@scope_required("leads:read")
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's saved audiences, the newest first."""
    rows = queries.list_audiences(actor=request.actor, cursor=request.GET.get("cursor"))
    listed = rows.map(
        lambda each: {"audience": each, "wanted": (wanted := Wanted.of_stored(each.targeting)), "chips": facets.chips(wanted)}
    )
    return render(request, "campaigns/audiences/index.html", {"rows": listed, "may_write": "leads:write" in request.actor.scopes})


@require_http_methods(["GET", "POST"])
@never_cache
@scope_required("leads:write")
def rename(request: SignedInRequest, audience_id: int) -> HttpResponse:
    """Give an audience another name."""
    audience = queries.get_audience(actor=request.actor, audience_id=audience_id)
    form = AudienceForm(request.POST if request.method == "POST" else None, initial={"name": audience.name})

    def verb() -> object:
        return saved_audiences.rename_audience(actor=request.actor, audience_id=audience_id, **form.cleaned_data)

    if form.is_valid() and by_form(form, verb):
        messages.success(request, "The audience has its new name.")
        return redirect("campaigns:audiences")
    wanted = Wanted.of_stored(audience.targeting)
    shown = {"form": form, "audience": audience, "wanted": wanted, "chips": facets.chips(wanted)}
    return render(request, "campaigns/audiences/rename.html", shown)


@require_http_methods(["GET", "POST"])
@never_cache
@scope_required("leads:write")
def delete(request: SignedInRequest, audience_id: int) -> HttpResponse:
    """Ask whether an audience is to be forgotten, then forget it."""
    audience = queries.get_audience(actor=request.actor, audience_id=audience_id)
    if request.method == "POST":
        saved_audiences.delete_audience(actor=request.actor, audience_id=audience_id)
        messages.success(request, f"“{audience.name}” is deleted.")
        return redirect("campaigns:audiences")
    return render(request, "campaigns/audiences/delete.html", {"audience": audience})
