"""The values that targeting takes, whether the workspace has leads of them or not; and how many there are, where that is read quickly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from campaigns.models import Person
from campaigns.queries import audiences
from campaigns.queries.audiences import CAP, VISIBLE
from campaigns.rules.targeting.industries import industry_of, within
from campaigns.rules.targeting.places import place_of
from campaigns.rules.targeting.search import Match, TargetingType, search
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, ids
from rocketsdr.accounts.actor import Actor

QUICK = 150_000  # people of the directories, through whose facets it is read in a few milliseconds

_PEOPLE = Person._meta.db_table
_IDS = {"seniority": ids(SENIORITIES), "function": ids(FUNCTIONS)}
_COUNT = f"""
    SELECT {{columns}}, count(*) FROM {_PEOPLE} p WHERE {VISIBLE} AND {{where}} GROUP BY {{columns}}
"""  # noqa: S608 - our own names
_PLACES = ("country", "region", "city")
_INDEX_ALONE = ("enable_seqscan", "enable_bitmapscan")  # a covering index has all that is read


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a query may mean; `leads` are the people of the directories who have it, `CAP` of them or more, None if not read."""

    value: str
    label: str
    type: TargetingType
    score: float
    leads: int | None


@dataclass(frozen=True, slots=True)
class _Where:
    """Where a value stands in the rows of people: any of these numbers in a column, of a place within its country."""

    column: str
    ids: frozenset[int]
    country: int = 0


def search_targeting(*, actor: Actor, query: str, kind: TargetingType, limit: int = 10) -> list[Value]:
    """Return the supported values of one type that the query may mean, the best first; empty where nothing is called so."""
    actor.require("leads:read")
    found = search(query, kind, limit=limit)
    leads = _leads(actor.workspace_id, [where for match in found if (where := _where(match))])
    return [Value(each.value, each.label, each.type, each.score, leads[at] if leads else None) for at, each in enumerate(found)]


def _leads(workspace_id: int, asked: list[_Where]) -> list[int]:
    """Count the people of each value of one type, in one pass over the index; nothing where that is not read quickly."""
    directories = audiences.visible_directories(workspace_id)
    if not asked or not directories or audiences.expected(VISIBLE, {"directories": directories}) > QUICK:
        return []
    found = _count(asked, directories)
    return [min(CAP, sum(found[where.column, each] for each in where.ids)) for where in asked]


def _count(asked: list[_Where], directories: list[int]) -> Counter[tuple[str, int]]:
    """Count the people by column and number; places are looked for in their countries alone, where the index has them together."""
    columns = _PLACES if asked[0].country else (asked[0].column,)
    wanted = {column: sorted({each for where in asked if where.column == column for each in where.ids}) for column in columns}
    fits = [f"p.{column} = ANY(%({column})s)" for column in columns if wanted[column]]
    inside = "p.country = ANY(%(inside)s) AND " if asked[0].country else ""
    statement = _COUNT.format(columns=", ".join(f"p.{column}" for column in columns), where=f"{inside}({' OR '.join(fits)})")
    given = {"directories": directories, "inside": sorted({where.country for where in asked}), **wanted}
    found: Counter[tuple[str, int]] = Counter()
    for *values, number in audiences.rows(statement, given, without=_INDEX_ALONE):
        found.update(dict.fromkeys(zip(columns, values, strict=True), number))
    return found


def _where(match: Match) -> _Where | None:
    """Return where a value stands in the rows; None for a title, whose words stand everywhere."""
    if match.type == "location":
        place = place_of(match.value)
        return _Where(place.kind, frozenset({place.id}), place.country) if place else None
    if match.type == "industry":
        return _Where("industry", within(industry_of(match.value)))
    return _Where(match.type, frozenset({_IDS[match.type][match.value]})) if match.type in _IDS else None
