"""Whom a targeting reaches: how many, a few of them, why these, and how many it leaves out. Nothing that is asked for is ignored."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from campaigns.models import Directory, Person, Persona, Technology
from campaigns.queries import audiences
from campaigns.queries.audiences import Size
from campaigns.queries.personas import get_persona
from campaigns.rules.targeting import resolving
from campaigns.rules.targeting.asked import targeting_of
from campaigns.rules.targeting.audience import Audience, Facets
from campaigns.rules.targeting.reasons import reason
from campaigns.rules.targeting.resolving import Meaning, Resolved, Targeting, Unresolved
from campaigns.rules.targeting.search import search
from campaigns.rules.targeting.titles import title_words
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid, NotFound

MOST_LEADS = 1_000
SAMPLE = 10
REF = "person-"  # a person of a directory is called by this and their id


class UnknownTargeting(Invalid):
    """Some values mean nothing, or several things: the caller is told of all of them, each with what it may have meant."""

    code = "targeting_unresolved"


class NoDirectory(Conflict):
    code = "no_directory"


@dataclass(frozen=True, slots=True)
class Sampled:
    """One person of an audience, by a name that create_campaign takes, and why they are in it."""

    person: Person
    reason: str

    @property
    def lead_ref(self) -> str:
        return f"{REF}{self.person.id}"


@dataclass(frozen=True, slots=True)
class Preview:
    """An audience: its size, what the words were taken for, and a sample that the same seed repeats."""

    size: Size
    sample: list[Sampled]
    meanings: tuple[Meaning, ...]
    seed: str
    audience: Audience


def preview(
    *,
    actor: Actor,
    targeting: Targeting | None = None,
    persona_id: int | None = None,
    sample_size: int = SAMPLE,
    seed: str | None = None,
    exact: bool = False,
) -> Preview:
    """Count whom a targeting reaches, or that of the persona where none is given, and draw a few of them at random."""
    actor.require("leads:read")
    resolved = resolve(actor=actor, targeting=targeting, persona_id=persona_id)
    drawn_by = seed or secrets.token_hex(4)
    found = audiences.find(workspace_id=actor.workspace_id, audience=resolved.audience, number=sample_size, seed=drawn_by, exact=exact)
    return Preview(found.size, sampled(resolved.audience.include, found.people), resolved.meanings, drawn_by, resolved.audience)


def sampled(include: Facets, people: list[Person]) -> list[Sampled]:
    """Return the people with the reason why each is in the audience."""
    names = technology_names(include)
    return [Sampled(person, reason(include, person, technologies=names)) for person in people]


def technology_names(include: Facets) -> dict[int, str]:
    """Return the names of the technologies that were asked for, by their ids."""
    if not include.technologies:
        return {}
    return dict(Technology.objects.filter(id__in=include.technologies).values_list("id", "name"))


def resolve(*, actor: Actor, targeting: Targeting | None, persona_id: int | None) -> Resolved:
    """Read a targeting, or refuse it with every value that is not known; without one the persona's counts."""
    persona = None if persona_id is None else get_persona(actor=actor, persona_id=persona_id)
    wanted = targeting if targeting is not None else _of_persona(persona)
    if not Person.objects.filter(directory__in=Directory.objects.visible_to(actor.workspace_id)).exists():
        fix = "An operator loads one: manage.py load_directory FILE. Or bring your own leads with type csv."
        raise NoDirectory("There is nobody to look for: no directory is loaded.", fix=fix)
    resolved = resolving.resolve(wanted, technologies=_technologies(wanted))
    unresolved = [*resolved.unresolved, *_titles_of_nobody(actor.workspace_id, wanted)]
    if unresolved:
        raise _refusal(unresolved)
    return resolved


def check(targeting: Targeting) -> None:
    """Refuse a targeting with a value that is not known, whether anybody has it or not."""
    if unresolved := resolving.resolve(targeting, technologies=_technologies(targeting)).unresolved:
        raise _refusal(list(unresolved))


def get_person(*, actor: Actor, lead_ref: str) -> Person:
    """Return one person of the directories that the workspace sees, by the name that a preview gave."""
    return get_people(actor=actor, lead_refs=[lead_ref])[lead_ref]


def get_people(*, actor: Actor, lead_refs: Collection[str]) -> dict[str, Person]:
    """Return people of those directories by the names that previews gave, in one statement; the first that names nobody is told."""
    ids = {ref: int(number) for ref in lead_refs if (number := ref.removeprefix(REF)).isascii() and number.isdigit() and len(number) < 19}
    visible = Person.objects.filter(directory__in=Directory.objects.visible_to(actor.workspace_id))
    found = visible.select_related("company").in_bulk(set(ids.values())) if ids else {}
    missing = next((ref for ref in lead_refs if ids.get(ref) not in found), None)
    if missing is not None:
        raise NotFound(f"No such person: {missing!r:.60}.", fix="preview_leads shows the refs.", lead_ref=missing[:60])
    return {ref: found[number] for ref, number in ids.items()}


def _of_persona(persona: Persona | None) -> Targeting:
    if persona is None:
        raise Invalid("Neither targeting nor persona_id was given.", field="targeting", fix="Say whom to look for, or give a persona.")
    if not persona.targeting:
        fix = "Give targeting, or store one with update_persona."
        raise Invalid(f"The persona {persona.name!r:.80} has no targeting.", field="targeting", fix=fix)
    return targeting_of(persona.targeting)


def _technologies(targeting: Targeting) -> Mapping[str, int]:
    if not (targeting.include.technologies or targeting.exclude.technologies):
        return {}
    return dict(Technology.objects.values_list("name_key", "id"))


def _titles_of_nobody(workspace_id: int, targeting: Targeting) -> list[Unresolved]:
    """Return the titles that nobody has in any directory: a filter by one of them would look like an empty market."""
    sides = (("titles", targeting.include.titles), ("exclude.titles", targeting.exclude.titles))
    asked = [(field, title, words) for field, titles in sides for title in titles if (words := tuple(title_words(title)))]
    if not asked:
        return []
    directories = audiences.visible_directories(workspace_id)
    found = (asked[at] for at in audiences.titles_of_nobody([words for *_, words in asked], directories=directories))
    return [Unresolved(field, title, _suggested(title)) for field, title, _ in found]


def _suggested(title: str) -> tuple[str, ...]:
    return tuple(match.value for match in search(title, "title", limit=resolving.SUGGESTED))


def _refusal(unresolved: list[Unresolved]) -> UnknownTargeting:
    faults = [{"field": f"targeting.{each.field}", "message": _sentence(each)} for each in unresolved]
    return UnknownTargeting(
        " ".join(fault["message"] for fault in faults),
        field=faults[0]["field"],
        fix="search_targeting finds the values that are taken.",
        field_errors=faults,
        unresolved=[{"field": each.field, "value": each.value, "suggestions": list(each.suggestions)} for each in unresolved],
    )


def _sentence(each: Unresolved) -> str:
    meant = f"did you mean {' or '.join(each.suggestions)}?" if each.suggestions else "nothing is called so."
    return f"{each.field} has {each.value[:80]!r}: {meant}"
