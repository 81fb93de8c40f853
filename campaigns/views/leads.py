"""Leads: who they are, how far each is, what they got and what they said."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.forms import LeadFilter
from campaigns.queries import emails
from campaigns.queries import leads as queries
from campaigns.queries.contacts import get_contact
from campaigns.views.choices import campaign_choices
from rocketsdr.accounts.http import SignedInRequest, member_required


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's leads, the newest first."""
    form = LeadFilter(request.GET, campaigns=campaign_choices(request))
    rows = queries.list_leads(actor=request.actor, cursor=request.GET.get("cursor"), **form.chosen)
    return render(request, "campaigns/leads/index.html", {"rows": rows, "form": form, "filtered": form.chosen})


@require_safe
@never_cache
@member_required
def show(request: SignedInRequest, lead_id: int) -> HttpResponse:
    """Show one lead: its facts, its campaigns, every e-mail, its answers, and what forbids writing to it."""
    lead = queries.get_lead(actor=request.actor, lead_id=lead_id)
    shown = {
        "lead": lead,
        "contact": get_contact(actor=request.actor, email=lead.email),
        "emails": emails.emails_of_lead(actor=request.actor, lead_id=lead_id),
    }
    return render(request, "campaigns/leads/show.html", shown)
