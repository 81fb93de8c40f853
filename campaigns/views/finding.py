"""Finding leads in the directories: facets with counts, a total, a sample of people; and what is done with what was found."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms import FindForm
from campaigns.queries import facet_counts, lead_previews, personas
from campaigns.queries.audiences import LEFT_OUT
from campaigns.queries.lead_previews import NoDirectory, UnknownTargeting
from campaigns.queries.pages import MAX_LIMIT
from campaigns.rules.targeting.asked import NUMBERS, targeting_of
from campaigns.services import saved_audiences
from campaigns.services.personas import update_persona
from campaigns.views import facets
from campaigns.views.answers import by_button, sentence
from campaigns.views.wanted import NOT, Wanted, label
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.http import SignedInRequest, scope_required
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import Invalid


@require_safe
@never_cache
@scope_required("leads:read")
def find(request: SignedInRequest) -> HttpResponse:
    """Show how many leads there are of what is asked for, some of them, and what each value of each facet would leave."""
    wanted = Wanted.of(request.GET)
    shown = {
        "wanted": wanted,
        "chips": facets.chips(wanted),
        "form": FindForm.of(dict(wanted.pairs)),
        "kept": [pair for pair in wanted.pairs if pair[0] not in NUMBERS],
        "may_save": "leads:write" in request.actor.scopes,
        "personas": _personas(request.actor),
        **_found(request.actor, wanted, request.GET.get("seed", "")),
    }
    return render(request, "campaigns/leads/find.html", shown)


def _found(actor: Actor, wanted: Wanted, seed: str) -> dict[str, Any]:
    """Look for the leads; say instead what keeps us from it."""
    try:
        found = lead_previews.preview(actor=actor, targeting=targeting_of(wanted.targeting), seed=seed[:100] or None)
    except NoDirectory:
        return {"no_directory": True}
    except UnknownTargeting as exc:
        return {"unresolved": _unresolved(wanted, exc.context["unresolved"])}
    except Invalid as exc:
        return {"refused": sentence(exc)}
    counts = facet_counts.facet_counts(actor=actor, audience=found.audience)
    excluded = [(LEFT_OUT[reason], f"{people:,}") for reason, people in sorted(found.size.excluded.items()) if people]
    return {
        "found": found,
        "excluded": excluded,
        "sections": facets.sections(counts, wanted),
        "is_exact": counts.is_exact,
        "another": f"?{wanted.address}&seed={secrets.token_hex(4)}",
    }


def _unresolved(wanted: Wanted, values: Any) -> list[dict[str, Any]]:
    """Return what is not known, each with links to what may have been meant, and one that leaves it out."""
    found = []
    for each in values:
        name, value = each["field"].replace("exclude.", NOT), each["value"]
        rest = wanted.without(name, value)
        links = [(label(name, other), f"?{rest.adding(name, other).address}") for other in each["suggestions"]]
        found.append({"kind": facets.KINDS[name.removeprefix(NOT)], "value": value, "links": links, "without": f"?{rest.address}"})
    return found


def _personas(actor: Actor) -> list[Any]:
    return personas.list_personas(actor=actor, limit=MAX_LIMIT).items if "campaigns:write" in actor.scopes else []


@require_POST
@scope_required("leads:write")
def save(request: SignedInRequest) -> HttpResponse:
    """Keep what is looked for under a name."""
    wanted, name = Wanted.of(request.GET), request.POST.get("name", "")

    def verb() -> object:
        return saved_audiences.save_audience(actor=request.actor, name=name, targeting=wanted.targeting, now=now())

    saved = by_button(request, verb, said="The audience is saved.")
    return redirect("campaigns:audiences") if saved else _back(wanted)


@require_POST
@scope_required("campaigns:write")
def use(request: SignedInRequest) -> HttpResponse:
    """Store what is looked for with a persona."""
    wanted, given = Wanted.of(request.GET), request.POST.get("persona_id", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        messages.error(request, "Choose a persona.")
        return _back(wanted)

    def verb() -> object:
        lead_previews.resolve(actor=request.actor, targeting=targeting_of(wanted.targeting), persona_id=None)
        return update_persona(actor=request.actor, persona_id=int(given), changes={"targeting": wanted.targeting}, now=now())

    by_button(request, verb, said="The persona looks for these leads from now on.")
    return _back(wanted)


def _back(wanted: Wanted) -> HttpResponse:
    return redirect(f"{reverse('campaigns:find_leads')}?{wanted.address}")
