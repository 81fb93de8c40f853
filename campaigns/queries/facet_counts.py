"""How many people have each value of each facet: what a click on it would leave, as shops count their shelves.

Each facet is counted with what all other facets ask for, and without what it asks for itself. People are looked at once, in a random
part of the directories that is always the same: whatever has too few people there to estimate by is then counted one by one, the rest is
told as "about". Where the directories are small, that part is all of them, and every number is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, cast

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
COUNTED = 15_000  # people who are counted one by one, for all facets together; of more the part tells enough
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
        groups = [group for group in (free, *([facet] for facet in FACETS if facet not in free)) if group]
        groups.sort(key=lambda group: _people(group[0], counted))
        sums = accumulate(_people(group[0], counted) for group in groups)
        return [group for group, people in zip(groups, sums, strict=True) if people <= COUNTED]

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
    by_sector, inside = _by_industry(counted["industry"], {sector_of(each) for each in audience.include.industries})
    found = {
        "country": counted["country"],
        "region": counted["region"],
        "city": counted["city"],
        "seniority": counted["seniority"],
        "function": counted["function"],
        "sector": by_sector,
        "industry": inside,
        "size": counted["size_band"],
        "technology": counted["technologies"],
    }
    return {name: _facet(name, each, shown) for name, each in found.items()}


def _facet(name: str, counted: _Counted, shown: int) -> Facet:
    most = _most(counted.numbers, shown)
    names = _named(name, most)
    values = [FacetValue(*names[each], counted.numbers[each]) for each in most if each in names]
    return Facet(values, sum(1 for each in counted.numbers if each != UNKNOWN), counted.is_exact)


def _most(numbers: Numbers, shown: int) -> list[int]:
    """Return the values that most people have; of equally frequent ones the one with the lower id first."""
    return sorted((each for each in numbers if each != UNKNOWN), key=lambda each: (-numbers[each], each))[:shown]


def _by_industry(counted: _Counted, sectors: Collection[int]) -> tuple[_Counted, _Counted]:
    """Return the people of each sector, and those of each industry within some sectors, with all that lies in it."""
    having = {each: sum(counted.numbers.get(inner, 0) for inner in within(each)) for each in industries()}
    by_sector = {each: number for each, number in having.items() if number and sector_of(each) == each}
    inside = {each: number for each, number in having.items() if number and sector_of(each) in sectors and sector_of(each) != each}
    return _Counted(by_sector, counted.is_exact), _Counted(inside, counted.is_exact)


def _named(facet: str, numbers: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return the word and the label of each value; what has none any more is left out."""
    if facet in ("country", "region", "city"):
        found = {number: place_with(cast("Kind", facet), number) for number in numbers}
        return {number: (place.value, place.label) for number, place in found.items() if place}
    if facet == "technology":
        return {each.id: (each.name, each.name) for each in Technology.objects.filter(id__in=numbers)}
    return {number: _WORDS[facet][number] for number in numbers if number in _WORDS[facet]}


_INDUSTRIES = {each.id: (each.value, each.label) for each in industries().values()}
_WORDS: dict[str, dict[int, tuple[str, str]]] = {
    "seniority": {each.id: (each.value, each.label) for each in SENIORITIES},
    "function": {each.id: (each.value, each.label) for each in FUNCTIONS},
    "sector": _INDUSTRIES,
    "industry": _INDUSTRIES,
    "size": {number: (label, label) for number, label in SIZE_LABELS.items()},
}
