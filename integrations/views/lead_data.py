"""Settings → Integrations → Lead data: the workspace's own accounts at vendors, their budgets and what was used of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from integrations import leads_data
from integrations.forms import BudgetForm, ConnectDataForm
from integrations.leads_data import SourceState
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show the vendors, each with its budget and what was used of it this month; for who manages the workspace."""
    if "admin" not in request.actor.scopes:
        return render(request, "integrations/lead_data/index.html")
    shown = {"states": leads_data.states(actor=request.actor, now=now()), "month": now(), "manages": True}
    return render(request, "integrations/lead_data/index.html", shown)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("form", "given")
def connect(request: SignedInRequest, provider: str) -> HttpResponse:
    """Connect a vendor with a key and a budget, or replace the key of one that is connected."""
    state = _state(request, provider)
    budget = state.account.monthly_budget if state.account else None
    form = ConnectDataForm(request.POST or None, initial={"monthly_budget": budget})
    if form.is_valid():
        given = form.cleaned_data
        try:
            leads_data.connect(actor=request.actor, provider=provider, key=given["key"], monthly_budget=given["monthly_budget"], now=now())
        except Invalid as exc:
            form.add_error(exc.field, f"{exc.message} {exc.fix}")
        else:
            messages.success(request, f"{state.source.label} is connected. Its key was stored, and is not shown again.")
            return redirect("integrations:lead_data")
    return render(request, "integrations/lead_data/connect.html", {"form": form, "state": state})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def set_budget(request: SignedInRequest, provider: str) -> HttpResponse:
    """Set how many credits of a vendor may be used in a month."""
    state = _state(request, provider)
    account = leads_data.get_account(actor=request.actor, provider=provider)
    form = BudgetForm(request.POST or None, initial={"monthly_budget": account.monthly_budget})
    if form.is_valid():
        leads_data.set_budget(actor=request.actor, provider=provider, monthly_budget=form.cleaned_data["monthly_budget"])
        messages.success(request, f"The budget of {state.source.label} is set. It holds from the next search on.")
        return redirect("integrations:lead_data")
    return render(request, "integrations/lead_data/budget.html", {"form": form, "state": state})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def disconnect(request: SignedInRequest, provider: str) -> HttpResponse:
    """Ask before the key of a vendor is forgotten, then forget it."""
    state = _state(request, provider)
    if request.method == "GET":
        leads_data.get_account(actor=request.actor, provider=provider)
        return render(request, "integrations/lead_data/disconnect.html", {"state": state})
    try:
        leads_data.disconnect(actor=request.actor, provider=provider)
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    else:
        messages.success(request, f"{state.source.label} is disconnected. Its key is forgotten.")
    return redirect("integrations:lead_data")


def _state(request: SignedInRequest, provider: str) -> SourceState:
    """Return a vendor with this workspace's account, for who manages the workspace."""
    found = leads_data.states(actor=request.actor, now=now())
    leads_data.source_of(provider)
    return next(state for state in found if state.source.slug == provider)
