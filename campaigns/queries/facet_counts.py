"""How many people have each value of each facet: what a click on it would leave, as shops count their shelves.

Each facet is counted with what all other facets ask for, and without what it asks for itself. People are looked at once, in a random
part of the directories that is always the same: whatever has too few people there to estimate by is then counted one by one, the rest is
told as "about". Where the directories are small, that part is all of them, and every number is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from campaigns.models import Person, Technology
from campaigns.models.directory import SHUFFLES
from campaigns.queries import audiences
from campaigns.queries.audiences import BARRED, HASHED, VISIBLE
from campaigns.rules.targeting.audience import Audience, Facets
from campaigns.rules.targeting.industries import industries, sector_of, within
from campaigns.rules.targeting.places import Kind, place_with
from campaigns.rules.targeting.resolving import SIZE_LABELS
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, UNKNOWN
from rocketsdr.accounts.actor import Actor

LOOKED_AT = 20_000  # people of the part that is looked at
COUNTED = 20_000  # people who are counted one by one; of more the part tells enough
SHOWN = 12  # values of one facet

_PEOPLE = Person._meta.db_table
FACETS: dict[str, tuple[str, ...]] = {  # what each narrows an audience by
    "place": ("countries", "regions", "cities"),
    "seniority": ("seniorities",),
    "function": ("functions",),
    "industry": ("industries",),
    "size": ("size_bands",),
    "technology": ("technologies",),
}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "place": ("country", "region", "city"),
    "seniority": ("seniority",),
    "function": ("function",),
    "industry": ("industry",),
    "size": ("size_band",),
    "technology": ("technologies",),
}
_LOOK = f"""
    WITH {BARRED}, looked_at AS MATERIALIZED (
        SELECT {{columns}} FROM {_PEOPLE} p
        LEFT JOIN barred_email e ON e.hash = p.email_hash
        LEFT JOIN barred_domain d ON d.hash = p.domain_hash
        WHERE {{where}} AND p.has_email AND e.hash IS NULL AND d.hash IS NULL
    )
    {{counts}}
"""  # noqa: S608 - names of our own tables

Numbers = Mapping[int, int]  # people by value; those of whom it is not known stand under UNKNOWN


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: the word that targeting takes, the label that people read, and how many leads have it."""

    value: str
    label: str
    leads: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet that most leads have, the most frequent first; numbers that are not exact are estimates."""

    values: list[FacetValue]
    different: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The facets by their name: country, region, city, seniority, function, sector, industry, size and technology.

    Regions and cities are those of the countries that the audience is in, industries those of its sectors; where it names none, the
    regions and cities are of the whole world, and there are no industries. `looked_at` is the part of all people that estimates are from.
    """

    facets: Mapping[str, Facet]
    looked_at: float

    @property
    def is_exact(self) -> bool:
        return all(facet.is_exact for facet in self.facets.values())


@dataclass(frozen=True, slots=True)
class _Counted:
    """The people by value of one column."""

    numbers: Numbers
    is_exact: bool


def facet_counts(*, actor: Actor, audience: Audience, shown: int = SHOWN) -> FacetCounts:
    """Count the leads of an audience by each facet; whom the workspace may not write to is not counted."""
    actor.require("leads:read")
    look = _Look(actor.workspace_id, audience)
    counted = look.estimate()
    if look.part < 1:
        for facets in look.few(counted):
            counted |= look.count(facets)
    return FacetCounts(_told(counted, audience, shown), look.part)


class _Look:
    """The statements about the facets of one audience."""

    def __init__(self, workspace_id: int, audience: Audience) -> None:
        self.audience = audience
        self.given: dict[str, Any] = {
            "workspace": workspace_id,
            "directories": audiences.visible_directories(workspace_id),
            "inside": sorted(audience.around | audience.include.countries),
        }
        self.part = self._part()

    def _part(self) -> float:
        """Return which part of the people has about as many as are to be looked at."""
        plan = audiences.rows(f"EXPLAIN (FORMAT JSON) SELECT FROM {_PEOPLE} p WHERE {VISIBLE}", self.given)[0][0]
        return float(min(1, LOOKED_AT / max(plan[0]["Plan"]["Plan Rows"], 1)))

    def estimate(self) -> dict[str, _Counted]:
        """Count in the part, every facet by those who fail at nothing else, and scale what is found."""
        given = {**self.given, "end": round(SHUFFLES * self.part)}
        fits = {facet: " AND ".join(audiences.fits(_only(self.audience, names), given)) for facet, names in FACETS.items()}
        asked = [facet for facet in FACETS if fits[facet]]
        where = [VISIBLE, "p.shuffle < %(end)s", *audiences.fits(_only(self.audience, ["titles"]), given)]
        columns = [*_columns(FACETS), *(f"({fits[facet]}) AS fits_{facet}" for facet in asked)]
        counts = [self._counts(facet, [f"fits_{other}" for other in asked if other != facet]) for facet in FACETS]
        found = self._rows(columns, where, counts, given)
        return {
            column: _Counted({value: round(number / self.part) for value, number in numbers.items()}, is_exact=self.part == 1)
            for column, numbers in found.items()
        }

    def few(self, counted: Mapping[str, _Counted]) -> list[list[str]]:
        """Return the facets that have few people enough to count, those together that ask for the same ones."""
        free = [facet for facet in FACETS if _is_free(self.audience, facet)]
        groups = [free, *([facet] for facet in FACETS if facet not in free)]
        return [group for group in groups if group and _people(group[0], counted) <= COUNTED]

    def count(self, facets: list[str]) -> dict[str, _Counted]:
        """Count facets that ask for the same people, all of them."""
        given = dict(self.given)
        where = [VISIBLE, *audiences.fits(_without(self.audience, facets[0]), given)]
        found = self._rows(_columns(facets), where, [self._counts(facet, []) for facet in facets], given)
        return {column: _Counted(found[column], is_exact=True) for facet in facets for column in _COLUMNS[facet]}

    def _counts(self, facet: str, fits: list[str]) -> str:
        """Return the SELECTs of a facet's columns, over those who fit; whoever has several technologies counts once as unknown too."""
        return " UNION ALL ".join(
            f"SELECT '{column}', {_value(column)}, count(*) FROM looked_at{_where([*fits, *self._inside(column)])} GROUP BY 2"  # noqa: S608
            for column in _COLUMNS[facet]
        )

    def _inside(self, column: str) -> list[str]:
        return ["country = ANY(%(inside)s)"] if column in ("region", "city") and self.given["inside"] else []

    def _rows(self, columns: list[str], where: list[str], counts: list[str], given: dict[str, Any]) -> dict[str, dict[int, int]]:
        statement = _LOOK.format(columns=", ".join(columns), where=" AND ".join(where), counts=" UNION ALL ".join(counts))
        found: dict[str, dict[int, int]] = {column: {} for facet in FACETS for column in _COLUMNS[facet]}
        for column, value, number in audiences.rows(statement, given, without=HASHED):
            found[column][value] = number
        return found


def _people(facet: str, counted: Mapping[str, _Counted]) -> int:
    """Return how many people fit what all other facets ask for."""
    numbers = counted[_COLUMNS[facet][0]].numbers
    return numbers.get(UNKNOWN, 0) if facet == "technology" else sum(numbers.values())


def _columns(facets: Iterable[str]) -> list[str]:
    return [f"p.{column}" for facet in facets for column in _COLUMNS[facet]]


def _value(column: str) -> str:
    return f"unnest(technologies || {UNKNOWN})" if column == "technologies" else column


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


# --- Parts of an audience ------------------------------------------------------------------------------------------------------


def _only(audience: Audience, names: Collection[str]) -> Audience:
    """Return what an audience asks for in some of its facets."""
    include, exclude = (Facets(**{name: getattr(side, name) for name in names}) for side in (audience.include, audience.exclude))
    return Audience(include, exclude, audience.around if "countries" in names else frozenset())


def _without(audience: Audience, facet: str) -> Audience:
    """Return what an audience asks for but for one facet."""
    nothing = {name: frozenset[int]() for name in FACETS[facet]}
    include, exclude = replace(audience.include, **nothing), replace(audience.exclude, **nothing)  # type: ignore[arg-type]  # all are ids
    return Audience(include, exclude, frozenset() if facet == "place" else audience.around)


def _is_free(audience: Audience, facet: str) -> bool:
    return _only(audience, FACETS[facet]) == Audience()


# --- In words ------------------------------------------------------------------------------------------------------------------


def _told(counted: Mapping[str, _Counted], audience: Audience, shown: int) -> dict[str, Facet]:
    sectors = {sector_of(each) for each in audience.include.industries}
    by_sector, inside = _by_industry(counted["industry"].numbers, sectors)
    exact = {name: each.is_exact for name, each in counted.items()}
    places: dict[Kind, dict[int, tuple[str, str]]] = {
        kind: _places(kind, _most(counted[kind].numbers, shown)) for kind in ("country", "region", "city")
    }
    technologies = counted["technologies"].numbers
    return {
        **{kind: _facet(counted[kind].numbers, names, shown, exact[kind]) for kind, names in places.items()},
        "seniority": _facet(
            counted["seniority"].numbers, {each.id: (each.value, each.label) for each in SENIORITIES}, shown, exact["seniority"]
        ),
        "function": _facet(
            counted["function"].numbers, {each.id: (each.value, each.label) for each in FUNCTIONS}, shown, exact["function"]
        ),
        "sector": _facet(by_sector, _industry_names(by_sector), shown, exact["industry"]),
        "industry": _facet(inside, _industry_names(inside), shown, exact["industry"]),
        "size": _facet(
            counted["size_band"].numbers, {each: (label, label) for each, label in SIZE_LABELS.items()}, shown, exact["size_band"]
        ),
        "technology": _facet(technologies, _technology_names(_most(technologies, shown)), shown, exact["technologies"]),
    }


def _facet(numbers: Numbers, names: Mapping[int, tuple[str, str]], shown: int, is_exact: bool) -> Facet:  # noqa: FBT001 - ours alone
    values = [FacetValue(*names[each], numbers[each]) for each in _most(numbers, shown) if each in names]
    return Facet(values, sum(1 for each in numbers if each != UNKNOWN), is_exact)


def _most(numbers: Numbers, shown: int) -> list[int]:
    """Return the values that most people have; of equally frequent ones the one with the lower id first."""
    return sorted((each for each in numbers if each != UNKNOWN), key=lambda each: (-numbers[each], each))[:shown]


def _by_industry(numbers: Numbers, sectors: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the people of each sector, and those of each industry within some sectors, with all that lies in it."""
    having = {each: sum(numbers.get(inner, 0) for inner in within(each)) for each in industries()}
    by_sector = {each: number for each, number in having.items() if number and sector_of(each) == each}
    return by_sector, {each: number for each, number in having.items() if number and sector_of(each) in sectors and sector_of(each) != each}


def _industry_names(numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    return {each: (industries()[each].value, industries()[each].label) for each in numbers}


def _places(kind: Kind, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    found = {number: place_with(kind, number) for number in numbers}
    return {number: (place.value, place.label) for number, place in found.items() if place}


def _technology_names(numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    return {each.id: (each.name, each.name) for each in Technology.objects.filter(id__in=list(numbers))}
