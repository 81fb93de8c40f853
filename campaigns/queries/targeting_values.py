"""The values that targeting takes, whether the workspace has leads of them or not; and how many there are, where that is read quickly."""

from __future__ import annotations

from collections.abc import Mapping
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
_COUNT = f"SELECT p.{{column}}, count(*) FROM {_PEOPLE} p WHERE {VISIBLE} AND p.{{column}} = ANY(%(values)s) GROUP BY 1"  # noqa: S608 - our own names

Columns = dict[str, set[int]]  # ids by the column that they stand in


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a query may mean; `leads` are the people of the directories who have it, `CAP` of them or more, None if not read."""

    value: str
    label: str
    type: TargetingType
    score: float
    leads: int | None


def search_targeting(*, actor: Actor, query: str, kind: TargetingType, limit: int = 10) -> list[Value]:
    """Return the supported values of one type that the query may mean, the best first; empty where nothing is called so."""
    actor.require("leads:read")
    found = search(query, kind, limit=limit)
    leads = _leads(actor.workspace_id, [_columns(match) for match in found])
    return [Value(each.value, each.label, each.type, each.score, number) for each, number in zip(found, leads, strict=True)]


def _leads(workspace_id: int, asked: list[Columns]) -> list[int | None]:
    """Count the people of each value in one statement for each column."""
    given = {"directories": audiences.visible_directories(workspace_id)}
    if not any(asked) or not given["directories"] or _expected(given) > QUICK:
        return [None] * len(asked)
    wanted: Columns = {}
    for columns in asked:
        for column, values in columns.items():
            wanted.setdefault(column, set()).update(values)
    counts = {
        column: dict(audiences.rows(_COUNT.format(column=column), {**given, "values": sorted(values)})) for column, values in wanted.items()
    }
    return [_sum(columns, counts) if columns else None for columns in asked]


def _sum(columns: Columns, counts: Mapping[str, Mapping[int, int]]) -> int:
    return min(CAP, sum(counts[column].get(value, 0) for column, values in columns.items() for value in values))


def _expected(given: dict[str, list[int]]) -> int:
    """Return about how many people the directories have, without reading them."""
    return int(audiences.rows(f"EXPLAIN (FORMAT JSON) SELECT FROM {_PEOPLE} p WHERE {VISIBLE}", given)[0][0][0]["Plan"]["Plan Rows"])


def _columns(match: Match) -> Columns:
    """Return where a value stands in the rows of people; nowhere for a title."""
    if match.type == "location":
        place = place_of(match.value)
        return {place.kind: {place.id}} if place else {}
    if match.type == "industry":
        return {"industry": set(within(industry_of(match.value)))}
    return {match.type: {_IDS[match.type][match.value]}} if match.type in _IDS else {}
