"""Campaigns: how they stand, what they say to whom, what keeps them from sending, and the switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms import CampaignFilter
from campaigns.queries import analytics, emails, leads, overview, schedule
from campaigns.queries import campaigns as queries
from campaigns.services import campaigns
from campaigns.services.campaigns import CampaignSpec
from campaigns.views.answers import by_button
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.http import SignedInRequest, member_required, scope_required
from rocketsdr.lib.clock import now

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEADS_SHOWN = 10
DAYS_SHOWN = 7
PAUSABLE = ("importing", "scheduled", "running")
NEEDS = {"product_id": "a product", "persona_id": "a persona", "leads": "leads", "sender": "a sender"}
PARTS = {  # what becomes of the planned e-mails, in the order of the bar
    "Sent": ("done", ("sent",)),
    "Waiting": ("next", ("prepared", "queued", "claimed", "inflight", "deferred")),
    "Trouble": ("bad", ("failed", "unknown", "blocked")),
    "Cancelled": ("rest", ("cancelled",)),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar that is 100 wide."""

    name: str
    tone: str
    number: int
    x: float
    width: float


@require_safe
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the workspace's campaigns with their numbers, the newest first."""
    form = CampaignFilter(request.GET)
    rows = overview.list_rows(actor=request.actor, cursor=request.GET.get("cursor"), **form.chosen)
    any_opens = any(row.counters.opens for row in rows.items)
    return render(request, "campaigns/campaigns/index.html", {"rows": rows, "form": form, "filtered": form.chosen, "any_opens": any_opens})


@require_safe
@never_cache
@member_required
def show(request: SignedInRequest, campaign_id: int) -> HttpResponse:
    """Show one campaign in full."""
    return render(request, "campaigns/campaigns/show.html", _shown(request.actor, campaign_id))


def _shown(actor: Actor, campaign_id: int) -> dict[str, Any]:
    moment = now()
    numbers = analytics.campaign_analytics(actor=actor, campaign_id=campaign_id, group_by="step", now=moment)
    ahead = schedule.upcoming(actor=actor, campaign_id=campaign_id, days=DAYS_SHOWN, now=moment)
    shown = _facts(actor, campaign_id)
    return {
        **shown,
        **_switches(actor, shown["campaign"].status, shown["needs"]),
        "counters": numbers.summary,
        "numbers": {row.key: row for row in numbers.rows},
        "parts": _parts(shown["detail"].deliveries),
        "leads": leads.list_leads(actor=actor, campaign_id=campaign_id, limit=LEADS_SHOWN),
        "ahead": ahead,
        "busiest": max((day.emails for day in ahead.days), default=0),
    }


def _facts(actor: Actor, campaign_id: int) -> dict[str, Any]:
    """Return what a campaign is: what both the page about it and the page before its launch show."""
    campaign = queries.get_campaign(actor=actor, campaign_id=campaign_id)
    detail = queries.detail(actor=actor, campaign_id=campaign_id, now=now())
    return {
        "campaign": campaign,
        "detail": detail,
        "days": [WEEKDAYS[day - 1] for day in detail.schedule.days],
        "emails": emails.first_emails(actor=actor, campaign_id=campaign_id),
        "needs": [NEEDS[name] for name in campaigns.missing(campaign)] if campaign.status == "draft" else [],
    }


def _switches(actor: Actor, status: str, needs: list[str]) -> dict[str, bool]:
    """Return which buttons the person gets."""
    may_send = "campaigns:send" in actor.scopes
    return {
        "may_pause": status in PAUSABLE and "campaigns:write" in actor.scopes,
        "may_resume": status == "paused" and may_send,
        "may_launch": status == "draft" and not needs and may_send,
    }


def _parts(deliveries: dict[str, int]) -> list[Part]:
    """Return the parts of the bar that are there."""
    whole, parts, x = sum(deliveries.values()), [], 0.0
    for name, (tone, states) in PARTS.items():
        number = sum(deliveries.get(state, 0) for state in states)
        if number:
            width = 100 * number / whole
            parts.append(Part(name, tone, number, round(x, 2), round(width, 2)))
            x += width
    return parts


@require_POST
@scope_required("campaigns:write")
def pause(request: SignedInRequest, campaign_id: int) -> HttpResponse:
    """Stop a launched campaign now."""

    def verb() -> object:
        return campaigns.pause(actor=request.actor, campaign_id=campaign_id, reason=f"By {request.user.email}.", now=now())

    by_button(request, verb, said="The campaign is paused. Nothing planned is lost.")
    return redirect("campaigns:campaign", campaign_id)


@require_POST
@scope_required("campaigns:send")
def resume(request: SignedInRequest, campaign_id: int) -> HttpResponse:
    """Start a paused campaign again; the approval policy is met anew."""

    def verb() -> object:
        return campaigns.resume(actor=request.actor, campaign_id=campaign_id, now=now())

    by_button(request, verb, said="The campaign goes on. Below stands what it waits for.")
    return redirect("campaigns:campaign", campaign_id)


@require_http_methods(["GET", "POST"])
@never_cache
@scope_required("campaigns:send")
def launch(request: SignedInRequest, campaign_id: int) -> HttpResponse:
    """Show what a launch would do, then launch exactly that."""
    seen = overview.draft_digest(actor=request.actor, campaign_id=campaign_id)
    if request.method == "POST" and request.POST.get("seen") == seen:
        by_button(request, lambda: _launch(request.actor, campaign_id), said="Launched. Below stands what the first e-mail waits for.")
        return redirect("campaigns:campaign", campaign_id)
    if request.method == "POST":
        messages.warning(request, "The draft has changed since you looked at it. This is what it would do now.")
    return render(request, "campaigns/campaigns/launch.html", {"seen": seen, **_facts(request.actor, campaign_id)})


def _launch(actor: Actor, campaign_id: int) -> object:
    return campaigns.finalize(actor=actor, campaign_id=campaign_id, spec=CampaignSpec(), now=now())
