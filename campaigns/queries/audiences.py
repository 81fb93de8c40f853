"""How many people an audience has, and some of them, in milliseconds however large the directory is.

One statement looks at the first of an audience: it reads the covering index `person_by_facets` alone and joins whom the workspace may
not write to as hashes of addresses and domains. Most audiences end there. Of a larger one it is only said that it is larger, unless all
is to be counted: then everybody is counted in the smaller index `person_count`, and whoever is barred is looked up and taken off.

A sample is the next few in the order of a random number that every person keeps: honest, because that order has nothing to do with any
facet, and repeatable, because the place where it begins comes from the caller's seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from campaigns.models import Directory, Lead, Person, Suppression
from campaigns.models.directory import SHUFFLES
from campaigns.rules.targeting.audience import Audience, Facets

CAP = 10_000  # leads that are counted one by one; of more it is only said that there are more, unless the exact number is asked for

MOST_WALKED = 1_000_000  # people who are walked past to draw from an audience of which nobody knows how large it is
FEW = 20  # where fewer than one in so many is barred, it is quicker to count all and to look up who of the barred is among them

NO_EMAIL, SUPPRESSED, DOMAIN_SUPPRESSED, ALREADY = "no_email", "suppressed", "domain_suppressed", "already_a_lead"
LEFT_OUT = {  # how it is said why somebody is not counted
    NO_EMAIL: "without an address",
    SUPPRESSED: "suppressed",
    DOMAIN_SUPPRESSED: "at a suppressed domain",
    ALREADY: "already your leads",
}

_PEOPLE, _SUPPRESSIONS, _LEADS = (model._meta.db_table for model in (Person, Suppression, Lead))
_COLUMNS = {  # of each facet that is one number
    "seniorities": "seniority",
    "functions": "function",
    "industries": "industry",
    "size_bands": "size_band",
}
VISIBLE = "p.directory_id = ANY(%(directories)s)"
_PLACES = {"countries": "country", "regions": "region", "cities": "city"}

# Whom this workspace may not write to, or has already; nobody twice. Index-only: the unique indexes of both tables hold all that is read.
BARRED = f"""
    barred_email AS MATERIALIZED (
        SELECT hashtextextended(value, 0) AS hash, '{SUPPRESSED}' AS reason FROM {_SUPPRESSIONS}
        WHERE workspace_id = %(workspace)s AND kind = 'email'
        UNION ALL
        SELECT hashtextextended(l.email_key, 0), '{ALREADY}' FROM {_LEADS} l
        LEFT JOIN {_SUPPRESSIONS} s ON s.workspace_id = %(workspace)s AND s.kind = 'email' AND s.value = l.email_key
        WHERE l.workspace_id = %(workspace)s AND l.archived_at IS NULL AND s.value IS NULL
    ), barred_domain AS MATERIALIZED (
        SELECT hashtextextended(value, 0) AS hash FROM {_SUPPRESSIONS}
        WHERE workspace_id = %(workspace)s AND kind = 'domain'
    )
"""  # noqa: S608 - names of our own tables
_WITH_REASON = f"""
    CASE
        WHEN NOT p.has_email THEN '{NO_EMAIL}'
        WHEN e.hash IS NOT NULL THEN e.reason
        WHEN d.hash IS NOT NULL THEN '{DOMAIN_SUPPRESSED}'
    END AS reason
    FROM {_PEOPLE} p
    LEFT JOIN barred_email e ON e.hash = p.email_hash
    LEFT JOIN barred_domain d ON d.hash = p.domain_hash
    WHERE {{where}}
"""
# The first of an audience, each with the reason why they are barred; of those who are not, the ones who are next in the order of samples
# (those behind its end go on at its beginning).
_LOOK = f"""
    WITH {BARRED}, looked_at AS MATERIALIZED (SELECT p.id, p.shuffle, {_WITH_REASON} {{limit}})
    SELECT reason, count(*), NULL::bigint[] FROM looked_at GROUP BY reason
    UNION ALL
    SELECT '', 0, array_agg(id ORDER BY shuffle < %(start)s, shuffle, id) FROM (
        SELECT id, shuffle FROM looked_at WHERE reason IS NULL ORDER BY shuffle < %(start)s, shuffle, id LIMIT %(number)s
    ) drawn
"""  # noqa: S608 - likewise
_COUNT_EACH = f"WITH {BARRED} SELECT reason, count(*) FROM (SELECT {_WITH_REASON}) each GROUP BY reason"  # noqa: S608 - likewise
_COUNT_ALL = f"SELECT count(*) FILTER (WHERE p.has_email), count(*) FROM {_PEOPLE} p WHERE {{where}}"  # noqa: S608 - likewise
_COUNT_BARRED = f"""
    WITH {BARRED}
    SELECT e.reason, count(*) FROM barred_email e
    CROSS JOIN LATERAL (SELECT FROM {_PEOPLE} p WHERE p.email_hash = e.hash AND {{where}} AND p.has_email OFFSET 0) one GROUP BY e.reason
    UNION ALL
    SELECT '{DOMAIN_SUPPRESSED}', count(*) FROM barred_domain d
    CROSS JOIN LATERAL (SELECT p.email_hash FROM {_PEOPLE} p WHERE p.domain_hash = d.hash AND {{where}} AND p.has_email OFFSET 0) one
    WHERE one.email_hash NOT IN (SELECT hash FROM barred_email)
"""  # noqa: S608 - likewise
_ARE_BARRED = f"""
    SELECT count(*) FROM (
        (SELECT FROM {_SUPPRESSIONS} WHERE workspace_id = %(workspace)s LIMIT %(most)s)
        UNION ALL
        (SELECT FROM {_LEADS} WHERE workspace_id = %(workspace)s AND archived_at IS NULL LIMIT %(most)s)
    ) barred
"""  # noqa: S608 - likewise
# Of a large audience the first who fit are met soon: walk in the order itself, and look up of each who fits whether they are barred.
_WALK = f"""
    WITH walked AS (
        (SELECT p.id, p.shuffle, 0 AS lap FROM {_PEOPLE} p WHERE {{where}} AND {{free}} AND p.shuffle >= %(start)s
            ORDER BY p.shuffle, p.id LIMIT %(number)s)
        UNION ALL
        (SELECT p.id, p.shuffle, 1 FROM {_PEOPLE} p WHERE {{where}} AND {{free}} AND p.shuffle < %(start)s
            ORDER BY p.shuffle, p.id LIMIT %(number)s)
    )
    SELECT id FROM walked ORDER BY lap, shuffle, id LIMIT %(number)s
"""  # noqa: S608 - likewise
_FREE = f"""
    p.has_email AND NOT EXISTS (
        SELECT FROM {_SUPPRESSIONS} s WHERE s.workspace_id = %(workspace)s AND s.kind = 'email' AND s.value = lower(p.email)
    ) AND NOT EXISTS (
        SELECT FROM {_SUPPRESSIONS} s
        WHERE s.workspace_id = %(workspace)s AND s.kind = 'domain' AND s.value = split_part(lower(p.email), '@', 2)
    ) AND NOT EXISTS (
        SELECT FROM {_LEADS} l
        WHERE l.workspace_id = %(workspace)s AND l.email_key = lower(p.email) AND l.archived_at IS NULL
    )
"""  # noqa: S608 - likewise
# A frequent title is met among a few people; of a rare one the index has few. It is counted, since a plan that may stop at the first
# who has it would read everybody where nobody has it.
_OF_NOBODY = f"""
    WITH few AS MATERIALIZED (SELECT p.title_words FROM {_PEOPLE} p WHERE {VISIBLE} LIMIT 1000)
    SELECT asked.at FROM unnest(%(titles)s::tsquery[]) WITH ORDINALITY AS asked (words, at)
    WHERE CASE
        WHEN EXISTS (SELECT FROM few WHERE few.title_words @@ asked.words) THEN false
        ELSE (SELECT count(*) FROM {_PEOPLE} p WHERE {VISIBLE} AND p.title_words @@ asked.words) = 0
    END
    ORDER BY asked.at
"""  # noqa: S608 - likewise

# The planner takes facets for independent, and so a large audience for a handful of people. What that would mislead it to is switched
# off for the one statement: looking through all who are barred again and again, or sorting an audience to take ten of it.
HASHED = ("enable_nestloop", "enable_mergejoin", "enable_sort")
_IN_ORDER = ("enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")


# A directory that answers lies in memory, where one page costs as much as the next, and lists of a million rows are worth their room.
_IN_MEMORY = {"random_page_cost": "1.1", "work_mem": "'64MB'"}


@dataclass(frozen=True, slots=True)
class Size:
    """How many people can be written to, and how many cannot by reason. A size that is not exact is `CAP` or more."""

    total: int
    is_exact: bool
    excluded: dict[str, int]

    def __str__(self) -> str:
        return f"{self.total:,}" if self.is_exact else f"{self.total:,}+"


@dataclass(frozen=True, slots=True)
class Found:
    """An audience: its size, and people of it in the order in which they were drawn."""

    size: Size
    people: list[Person]


def find(*, workspace_id: int, audience: Audience, number: int, seed: str, exact: bool = False) -> Found:
    """Count whom the workspace may write to in an audience, and draw so many of them at random.

    The same seed draws the same people, and more of the same seed begin with them.
    """
    search = _Search(workspace_id, audience, number, seed)
    size, ids = search.whole() if exact else search.look(2 * CAP)
    if ids is None and not exact:
        # Where most of those looked at are barred, only the whole count tells how many are left.
        size = Size(CAP, is_exact=False, excluded=size.excluded) if size.total > CAP else search.count()
    drawn = search.draw(size) if ids is None else ids
    people = Person.objects.select_related("company").defer("title_words").in_bulk(drawn)
    return Found(size, [people[each] for each in drawn if each in people])


class _Search:
    """The statements about one audience, for one draw."""

    def __init__(self, workspace_id: int, audience: Audience, number: int, seed: str) -> None:
        self.where, self.given = condition(workspace_id, audience)
        self.number = number
        self.given |= {"start": start_of(seed), "number": number}

    def look(self, most: int | None) -> tuple[Size, list[int] | None]:
        """Return the size of what was looked at, and who was drawn; None where the audience goes on behind that."""
        limit = "" if most is None else f"LIMIT {most:d}"
        counts: dict[str | None, int] = {}
        ids: list[int] = []
        for reason, count, drawn in rows(_LOOK.format(where=self.where, limit=limit), self.given, without=HASHED):
            if reason == "":
                ids = drawn or []
            else:
                counts[reason] = count
        is_all = most is None or sum(counts.values()) < most
        return Size(counts.pop(None, 0), is_all, {str(reason): count for reason, count in counts.items()}), ids if is_all else None

    def whole(self) -> tuple[Size, list[int] | None]:
        """Count the whole audience in the way that is quickest for as many as the planner expects; a small one is drawn from at once."""
        return self.look(None) if self._expected <= 2 * CAP else (self.count(), None)

    def count(self) -> Size:
        """Count the whole audience: each with the reason why they are barred, or of very many all, and then those who are barred."""
        if not self._few_are_barred():
            counts: dict[str | None, int] = dict(rows(_COUNT_EACH.format(where=self.where), self.given, without=HASHED))
            return Size(counts.pop(None, 0), is_exact=True, excluded={str(reason): count for reason, count in counts.items()})
        ((mailable, everybody),) = rows(_COUNT_ALL.format(where=self.where), self.given)
        barred: dict[str, int] = dict(rows(_COUNT_BARRED.format(where=self.where), self.given))
        excluded = {NO_EMAIL: everybody - mailable, **barred}
        total = mailable - sum(barred.values())
        return Size(total, is_exact=True, excluded={reason: count for reason, count in excluded.items() if count})

    def _few_are_barred(self) -> bool:
        most = self._expected // FEW
        return bool(rows(_ARE_BARRED, {**self.given, "most": most + 1})[0][0] <= most)

    @cached_property
    def _expected(self) -> int:
        """Return about how many people the planner expects to fit: facets are no independent chances, but it chooses a way well enough."""
        return expected(self.where, self.given)

    def draw(self, size: Size) -> list[int]:
        """Return the ids of those drawn from an audience that is too large to look at all of it."""
        if self._walks(size):
            walk = _WALK.format(where=self.where, free=_FREE)
            return [row[0] for row in rows(walk, self.given, without=_IN_ORDER)]
        return self.look(None)[1] or []

    def _walks(self, size: Size) -> bool:
        """Say whether walking in the order of samples meets so many of the audience before all of it could be sorted."""
        everybody = rows("SELECT reltuples FROM pg_class WHERE oid = %(table)s::regclass", {"table": _PEOPLE})[0][0]
        to_walk = self.number * everybody / max(size.total, 1)
        return bool(to_walk < (size.total if size.is_exact else MOST_WALKED))


def titles_of_nobody(titles: Sequence[tuple[str, ...]], *, directories: list[int]) -> list[int]:
    """Return the places in the list of those titles whose words nobody of these directories has together."""
    given = {"titles": [_query((words,)) for words in titles], "directories": directories}
    return [at - 1 for (at,) in rows(_OF_NOBODY, given)] if titles else []


def left_out(excluded: Mapping[str, int]) -> str:
    """Say how many people are not counted, and why."""
    return ", ".join(f"{number:,} {LEFT_OUT[reason]}" for reason, number in sorted(excluded.items()))


def expected(where: str, given: dict[str, Any]) -> int:
    """Return about how many people the planner expects to fit, without reading them."""
    plan = rows(f"EXPLAIN (FORMAT JSON) SELECT FROM {_PEOPLE} p WHERE {where}", given)[0][0]
    return int(plan[0]["Plan"]["Plan Rows"])


def start_of(seed: str) -> int:
    """Return where in the order of samples a seed begins."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest()) % SHUFFLES


def rows(statement: str, given: dict[str, Any], *, without: tuple[str, ...] = ()) -> list[Any]:
    """Return the rows of a statement that is planned without some kinds of steps; what comes after it is planned as before."""
    settings = {**_IN_MEMORY, **dict.fromkeys(without, "off")}
    before = " ".join(f"SET LOCAL {name} = {value};" for name, value in settings.items())
    after = " ".join(f"SET LOCAL {name} = DEFAULT;" for name in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"{before} {statement}; {after}", given)  # sent together: one way to the server and back, one transaction
        for _ in settings:
            cursor.nextset()
        found: list[Any] = cursor.fetchall()
    return found


# --- Where ---------------------------------------------------------------------------------------------------------------------


def condition(workspace_id: int, audience: Audience) -> tuple[str, dict[str, Any]]:
    """Return the SQL of being in an audience, for rows `p`, and its values."""
    given = {"workspace": workspace_id, "directories": visible_directories(workspace_id)}
    return " AND ".join([VISIBLE, *fits(audience, given)]), given


def visible_directories(workspace_id: int) -> list[int]:
    """Return the ids of the directories that the workspace sees."""
    return list(Directory.objects.visible_to(workspace_id).order_by("id").values_list("id", flat=True))


def fits(audience: Audience, given: dict[str, Any]) -> list[str]:
    """Return the conditions of an audience, wherever the people are; each side of each facet has values of its own name."""
    parts = []
    if audience.around:
        around = audience.around | audience.include.countries
        parts.append(_among("p.country", "around", around, given))
    parts += _side(audience.include, "include", given)
    return [*parts, *(f"NOT ({part})" for part in _side(audience.exclude, "exclude", given))]


def _side(facets: Facets, side: str, given: dict[str, Any]) -> list[str]:
    """Return the conditions of one side, one for each facet that it names."""
    parts = [_among(f"p.{column}", f"{side}_{name}", getattr(facets, name), given) for name, column in _COLUMNS.items()]
    places = [_among(f"p.{column}", f"{side}_{name}", getattr(facets, name), given) for name, column in _PLACES.items()]
    parts.append(" OR ".join(filter(None, places)))
    if facets.technologies:
        given[f"{side}_technologies"] = sorted(facets.technologies)
        parts.append(f"p.technologies && %({side}_technologies)s::integer[]")
    if facets.titles:
        given[f"{side}_titles"] = _query(facets.titles)
        parts.append(f"coalesce(p.title_words @@ %({side}_titles)s::tsquery, false)" if side == "exclude" else _has_title(side))
    return [f"({part})" for part in parts if part]


def _has_title(side: str) -> str:
    return f"p.title_words @@ %({side}_titles)s::tsquery"


def _among(column: str, name: str, values: frozenset[int], given: dict[str, Any]) -> str:
    if not values:
        return ""
    given[name] = sorted(values)
    return f"{column} = ANY(%({name})s)"


def _query(titles: tuple[tuple[str, ...], ...]) -> str:
    """Return the titles as a text search: all words of one, or all of another. Words have letters and digits alone."""
    return " | ".join(f"({' & '.join(words)})" for words in titles)
