"""People into a campaign who come from no file: those whom a targeting finds, and those who are named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.models import Campaign, ImportKind, Lead, Person
from campaigns.queries import audiences, lead_previews
from campaigns.queries.leads import get_leads
from campaigns.rules.lead_records import Record
from campaigns.rules.targeting import asked
from campaigns.rules.targeting.reasons import reason
from campaigns.rules.targeting.resolving import SIZE_LABELS, Targeting, label_of
from campaigns.services import importing
from campaigns.services.importing import Attached
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid

USUAL_LEADS = 1_000  # of a campaign that says no max_leads
MOST_LEADS = 10_000  # of one targeting
MOST_NAMED = 1_000  # of one call

_FIELDS = ("email", "full_name", "first_name", "last_name", "title", "linkedin_url", "source", "lawful_basis")
_OF_LEAD = ("email", "full_name", "first_name", "last_name", "company", "title", "website", "linkedin_url", "phone", "city", "country")


Named = Mapping[str, str | int]


class NobodyFits(Conflict):
    code = "nobody_fits"


def take_audience(*, actor: Actor, campaign: Campaign, targeting: Targeting | None, now: datetime) -> Attached:
    """Draw people of the directories into a campaign, as many as it has room for; without a targeting those of its persona's.

    Who is drawn hangs on the targeting alone, so that a rehearsal and the act take the same people.
    """
    resolved = lead_previews.resolve(actor=actor, targeting=targeting, persona_id=campaign.persona_id)
    number = _room(campaign)
    said = asked.stored(resolved.targeting)
    seed = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    found = audiences.find(workspace_id=actor.workspace_id, audience=resolved.audience, number=number, seed=seed)
    if not found.people:
        left_out = audiences.left_out(found.size.excluded) or "nobody"
        raise NobodyFits(f"Nobody who can be written to fits this targeting (left out: {left_out}).", fix="Widen it; see preview_leads.")
    Campaign.objects.filter(id=campaign.id).update(targeting=said)
    included = resolved.audience.include
    names = lead_previews.technology_names(included)
    records = [columns_of(person, reason(included, person, technologies=names)) for person in found.people]
    return importing.attach_records(actor=actor, campaign=campaign, records=records, kind=ImportKind.TARGETING, now=now)


def take_named(*, actor: Actor, campaign: Campaign, leads: Sequence[Named], now: datetime) -> Attached:
    """Take leads into a campaign who are named one by one."""
    return take_records(actor=actor, campaign=campaign, records=records_of(actor=actor, leads=leads), now=now)


def take_records(*, actor: Actor, campaign: Campaign, records: Sequence[Record], overwrite: bool = True, now: datetime) -> Attached:
    """Take leads into a campaign by their columns; without `overwrite`, what is known of a lead already stays as it is."""
    return importing.attach_records(actor=actor, campaign=campaign, records=records, kind=ImportKind.LEADS, overwrite=overwrite, now=now)


def records_of(*, actor: Actor, leads: Sequence[Named]) -> list[Record]:
    """Return the columns of leads who are named by them, by `lead_id`, or by the `lead_ref` of a preview."""
    if not 1 <= len(leads) <= MOST_NAMED:
        raise Invalid(f"leads has {len(leads):,} items.", field="leads", fix=f"Send 1 to {MOST_NAMED:,}; a file (type csv) takes more.")
    for at, lead in enumerate(leads):
        _check_names_one(lead, f"leads[{at}]")
    known = get_leads(actor=actor, lead_ids=[int(lead["lead_id"]) for lead in leads if lead.get("lead_id")])
    people = lead_previews.get_people(actor=actor, lead_refs=[str(lead["lead_ref"]) for lead in leads if lead.get("lead_ref")])
    return [_record_of(lead, known, people) for lead in leads]


def _room(campaign: Campaign) -> int:
    wanted = campaign.max_leads or USUAL_LEADS
    room = min(wanted, MOST_LEADS) - campaign.enrollments.count()
    if room <= 0:
        raise Conflict(f"The campaign has its {wanted:,} leads already.", fix="Raise max_leads.")
    return room


def _check_names_one(lead: Named, field: str) -> None:
    """Refuse whom nothing names, or more than one way of naming."""
    if sum(bool(lead.get(way)) for way in ("email", "lead_id", "lead_ref")) != 1:
        raise Invalid(
            f"{field} names nobody, or somebody twice.", field=field, fix="Give an email, or lead_id, or lead_ref of preview_leads."
        )


def _record_of(lead: Named, known: Mapping[int, Lead], people: Mapping[str, Person]) -> dict[str, str]:
    """Return the columns of somebody who is named: what is known of them, and what is said here in its place."""
    said = {name: str(value) for name, value in lead.items() if name not in ("lead_id", "lead_ref")}
    if by_id := lead.get("lead_id"):
        stored = known[int(by_id)]
        return {name: str(getattr(stored, name)) for name in _OF_LEAD if getattr(stored, name)} | said
    by_ref = lead.get("lead_ref")
    return columns_of(people[str(by_ref)]) | said if by_ref else said


def columns_of(person: Person, why: str = "") -> dict[str, str]:
    """Return somebody of a directory as columns of a file; what has no column of its own becomes a custom field for templates."""
    city, _, _ = person.location.partition(",")
    said = {
        **{name: str(getattr(person, name)) for name in _FIELDS},
        "company": person.company.name if person.company else "",
        "website": person.company.domain if person.company else "",
        "city": city.strip() if person.city else "",
        "country": person.location.rpartition(",")[2].strip() if person.country else "",
        "industry": label_of("industry", person.industry),
        "company_size": SIZE_LABELS.get(person.size_band, ""),
        "seniority": label_of("seniority", person.seniority),
        "function": label_of("function", person.function),
        "reason": why,
    }
    return {name: value for name, value in said.items() if value}
