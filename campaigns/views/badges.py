"""How a state is shown: a word and a tone, so that no page tells it by colour alone: `{{ campaign.status|badge }}` in any template."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

TONES: dict[str, frozenset[str]] = {
    "ok": frozenset({"running", "active", "ok", "interested", "meeting_booked", "sent"}),
    "info": frozenset({"importing", "scheduled", "replied", "new", "referral", "queued", "claimed", "inflight"}),
    "warn": frozenset({"paused", "blocked", "objection", "deferred", "unknown"}),
    "bad": frozenset({"failing", "failed", "bounced", "unsubscribed", "unsubscribe", "suppressed", "poor"}),
}
WORDS = {
    "importing": "Getting ready",
    "ok": "Healthy",
    "poor": "Needs a look",
    "unsubscribe": "Asked to stop",
    "inflight": "On its way",
    "claimed": "On its way",
    "deferred": "Tried again later",
    "unknown": "May have arrived",
    "blocked": "Cannot be written",
    "not_enrolled": "In no campaign",
}


@register.filter
def badge(state: str) -> SafeString:
    """Return the state as a badge."""
    tone = next((tone for tone, states in TONES.items() if state in states), "")
    return format_html('<span class="badge dot {}">{}</span>', tone, wording(state))


@register.filter
def wording(state: str) -> str:
    """Return the state in words."""
    return WORDS.get(state, state.replace("_", " ").capitalize())


@register.filter
def percent(part: float | None) -> str:
    """Return a rate as a percentage with one decimal place at most; a hyphen where there is nothing to be a part of."""
    return "-" if part is None else f"{100 * part:.1f}".removesuffix(".0") + " %"


@register.filter
def of_key(rows: Mapping[object, object], key: object) -> object:
    """Return what stands under a key, or None."""
    return rows.get(key)
