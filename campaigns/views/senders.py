"""Senders: the mailboxes that campaigns send from, what each may still send today, and the switches."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms import SenderForm
from campaigns.queries import senders as queries
from campaigns.services import senders
from campaigns.views.answers import by_button, by_form
from rocketsdr.accounts.http import SignedInRequest, member_required, scope_required
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now

TRIES = Limit("sign-in to a mailbox", "30/h")  # each calls a server that somebody names: no tool to search networks with


@require_safe
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's senders, the newest first."""
    rows = queries.list_senders(actor=request.actor, cursor=request.GET.get("cursor"), now=now())
    return render(request, "campaigns/senders/index.html", {"rows": rows, "may_write": "senders:write" in request.actor.scopes})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@throttled(TRIES)
@scope_required("senders:write")
@sensitive_variables("form")
def new(request: SignedInRequest) -> HttpResponse:
    """Add a mailbox after signing in to its server once; its password is never shown again."""
    form = SenderForm(request.POST or None)
    if form.is_valid() and by_form(form, lambda: _add(request, form)):
        messages.success(request, f"{form.cleaned_data['email']} is connected: its server has let us in.")
        return redirect("campaigns:senders")
    return render(request, "campaigns/senders/new.html", {"form": form})


@sensitive_variables("form")
def _add(request: SignedInRequest, form: SenderForm) -> object:
    given = {name: form.cleaned_data[name] for name in ("email", "from_name", "daily_cap", "signature")}
    return senders.add_sender(actor=request.actor, smtp=form.endpoint, **given, now=now())


@require_POST
@scope_required("senders:write")
def pause(request: SignedInRequest, sender_id: int) -> HttpResponse:
    """Send nothing more from here until it is resumed."""
    reason = f"By {request.user.email}."
    by_button(
        request,
        lambda: senders.pause_sender(actor=request.actor, sender_id=sender_id, reason=reason, now=now()),
        said="The sender is paused. What is planned waits.",
    )
    return redirect("campaigns:senders")


@require_POST
@scope_required("senders:write")
def resume(request: SignedInRequest, sender_id: int) -> HttpResponse:
    """Send from here again."""
    by_button(
        request,
        lambda: senders.resume_sender(actor=request.actor, sender_id=sender_id, now=now()),
        said="The sender is active again.",
    )
    return redirect("campaigns:senders")
