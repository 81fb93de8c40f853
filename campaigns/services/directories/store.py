"""Rows into the tables of a directory, thousands at once: COPY into a staging table, then one statement for each table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from campaigns.models import Company, Person, Technology
from campaigns.models.directory import SHUFFLES
from campaigns.rules.directory.rows import PersonRow
from campaigns.rules.targeting.tables import plain
from campaigns.services import bulk

_OF_COMPANY = ("company_key", "company_name", "company_domain", "technologies", "title_words")
_FIELDS = tuple(name for name in PersonRow._fields if name not in ("key", *_OF_COMPANY))
_PERSON, _COMPANY, _TECHNOLOGY = Person._meta.db_table, Company._meta.db_table, Technology._meta.db_table
_NUMBERS = frozenset({"country", "region", "city", "seniority", "function", "size_band", "industry"})
_TYPES = {"key": "uuid", "title_words": "text[]", "technologies": "integer[]"} | dict.fromkeys(_NUMBERS, "integer")

_STAGE = f"""CREATE TEMPORARY TABLE staged_people ({", ".join(f"{name} {_TYPES.get(name, 'text')} NOT NULL" for name in PersonRow._fields)})
    ON COMMIT DROP"""
_ADD_COMPANIES = f"""
    INSERT INTO {_COMPANY} AS c (directory_id, key, name, domain, industry, size_band, technologies)
    SELECT DISTINCT ON (company_key) %(directory)s, company_key, company_name, company_domain, industry, size_band, technologies
    FROM staged_people WHERE company_key <> '' ORDER BY company_key, industry DESC, size_band DESC, company_name
    ON CONFLICT (directory_id, key) DO UPDATE
    SET name = EXCLUDED.name, domain = EXCLUDED.domain, industry = EXCLUDED.industry,
        size_band = EXCLUDED.size_band, technologies = EXCLUDED.technologies
    WHERE (c.name, c.domain, c.industry, c.size_band, c.technologies) IS DISTINCT FROM
        (EXCLUDED.name, EXCLUDED.domain, EXCLUDED.industry, EXCLUDED.size_band, EXCLUDED.technologies)
"""  # noqa: S608 - names of our own tables
_WRITTEN = (*_FIELDS, "technologies", "title_words", "company_id")
_ADD_PEOPLE = f"""
    WITH written AS (
        INSERT INTO {_PERSON} AS p (directory_id, key, {", ".join(_WRITTEN)}, shuffle, updated_at)
        SELECT %(directory)s, s.key, {", ".join(f"s.{name}" for name in _FIELDS)}, s.technologies, array_to_tsvector(s.title_words), c.id,
            floor(random() * {SHUFFLES})::integer, %(now)s
        FROM staged_people s LEFT JOIN {_COMPANY} c ON c.directory_id = %(directory)s AND c.key = s.company_key
        ORDER BY s.key
        ON CONFLICT (directory_id, key) DO UPDATE
        SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _WRITTEN)}, updated_at = EXCLUDED.updated_at
        WHERE ({", ".join(f"p.{name}" for name in _WRITTEN)}) IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in _WRITTEN)})
        RETURNING old.id IS NULL AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""  # noqa: S608 - names of our own tables and columns


class Stored(NamedTuple):
    """How many people of a batch were new, and of how many something has changed."""

    added: int
    updated: int


def store(*, directory_id: int, rows: Sequence[PersonRow], now: datetime) -> Stored:
    """Write people and their companies; of two rows for one person the last one counts. Nothing is written that would change nothing."""
    last = {row.key: row for row in rows}
    numbers = technology_ids({name for row in last.values() for name in row.technologies})
    given: dict[str, int | datetime] = {"directory": directory_id, "now": now}
    at = PersonRow._fields.index("technologies")
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        staged = ((*row[:at], sorted({numbers[name] for name in row.technologies}), *row[at + 1 :]) for row in last.values())
        bulk.copy_rows("staged_people", PersonRow._fields, staged)
        cursor.execute(_ADD_COMPANIES, given)
        cursor.execute(_ADD_PEOPLE, given)
        added, updated = cursor.fetchone()
        cursor.execute("DROP TABLE staged_people")
    return Stored(added, updated)


def technology_ids(names: set[str]) -> dict[str, int]:
    """Return the ids of technologies by these names, of which several may mean one; new ones are added."""
    if not names:
        return {}
    keys = {plain(name): name for name in sorted(names)}
    known = Technology.objects.filter(name_key__in=keys)
    new = set(keys) - set(known.values_list("name_key", flat=True))
    Technology.objects.bulk_create([Technology(name=keys[key], name_key=key) for key in sorted(new)], ignore_conflicts=True)
    numbers = dict(known.all().values_list("name_key", "id"))
    return {name: numbers[plain(name)] for name in names}
