"""What is known of the workspace's own leads: their titles, places, industries, functions and seniorities, the most frequent first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from campaigns.rules import texts
from campaigns.rules.targeting.search import TYPES, TargetingType
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid

LOOKED_AT = 100_000  # the newest leads: a list of values is worth a moment, not a minute
SHOWN = 100

# The names under which an import keeps what has no column of its own.
_CUSTOM: dict[str, tuple[str, ...]] = {
    "location": ("location", "person_location", "contact_location", "lead_location", "headquarters"),
    "industry": ("industry", "sub_industry", "company_industry_group"),
    "function": ("function", "job_function", "department", "departments", "functional_area", "business_unit", "team"),
    "seniority": ("seniority", "seniority_level", "job_seniority", "management_level", "job_level", "level", "career_level"),
}
_COLUMNS = {
    "title": "title",
    "location": "nullif(concat_ws(', ', nullif(city, ''), nullif(custom->>'state', ''), nullif(country, '')), '')",
}

# Spellings that differ in case or spaces are one value, shown as most leads have it.
_VALUES = """
    WITH newest AS (
        SELECT title, city, country, custom FROM campaigns_lead
        WHERE workspace_id = %(workspace)s AND archived_at IS NULL ORDER BY id DESC LIMIT %(looked_at)s
    ), said AS (
        SELECT regexp_replace(btrim({value}), '\\s+', ' ', 'g') AS value FROM newest
    ), counted AS (
        SELECT mode() WITHIN GROUP (ORDER BY value) AS value, count(*) AS leads FROM said
        WHERE value <> '' AND strpos(lower(value), lower(%(text)s)) > 0 GROUP BY lower(value)
    )
    SELECT value, leads, count(*) OVER () FROM counted
    ORDER BY starts_with(lower(value), lower(%(text)s)) DESC, leads DESC, lower(value) LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Value:
    """One value, and how many leads have it."""

    value: str
    leads: int


@dataclass(frozen=True, slots=True)
class Values:
    """The most frequent values of one type, and how many different ones there are."""

    type: TargetingType
    values: list[Value]
    total: int


def targeting_values(*, actor: Actor, type: str, text: str = "", limit: int = SHOWN) -> Values:  # noqa: A002 - the field's word
    """Return what the workspace's own leads have of one type: values that contain the text, those that begin with it first."""
    if type not in TYPES:
        raise Invalid(f"Unknown type {type!r:.60}.", field="type", fix=f"Use one of {', '.join(TYPES)}.")
    given: dict[str, int | str] = {"workspace": actor.workspace_id, "looked_at": LOOKED_AT, "text": text, "limit": limit}
    if not texts.is_storable(text):
        return Values(type, [], 0)
    with connection.cursor() as cursor:
        cursor.execute(_VALUES.format(value=_expression(type)), given)
        rows = cursor.fetchall()
    return Values(type, [Value(value, leads) for value, leads, _ in rows], rows[0][2] if rows else 0)


def _expression(type: str) -> str:  # noqa: A002 - the field's word
    """Return the SQL of a lead's value: the column, or the first custom field of the usual names."""
    custom = [f"nullif(custom->>'{name}', '')" for name in _CUSTOM.get(type, ())]
    return f"coalesce({', '.join([*custom, *([_COLUMNS[type]] if type in _COLUMNS else [])])})"
