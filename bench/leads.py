"""`python -m bench.leads`: how quickly a targeting is answered over one and ten million people, beside the same SQL through bare psycopg.

A preview is an exact count and ten people drawn at random, without whom the workspace has suppressed or has already. The raw side sends
the very statements that count, draw and read, on a connection of its own, in turns with ours. The people stay for the next run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from bench.gateway.servers import Server, running
from bench.gateway.stage import Stage, prepare
from bench.machine import Machine

PEOPLE = 1_000_000
TIMES = 10
SUPPRESSED, SUPPRESSED_DOMAINS, LEADS = 5_000, 500, 2_000
ROUNDS = 15
CHANGED = 0.01
AUDIENCES: dict[str, dict[str, Any]] = {
    "US, senior sales and marketing, mid size, four industries": {
        "locations": ["US"],
        "seniorities": ["vp", "head", "director"],
        "functions": ["sales", "marketing"],
        "industries": ["5132", "541", "522", "5415"],
        "company_size_min": 51,
        "company_size_max": 500,
    },
    "DE, FR, NL with Databricks, heads": {"locations": ["DE", "FR", "NL"], "technologies": ["Databricks"], "seniorities": ["head"]},
    "three countries, six seniorities, without three sectors": {
        "locations": ["DE", "FR", "GB"],
        "seniorities": ["founder", "c_suite", "vp", "head", "director", "manager"],
        "exclude": {"industries": ["22", "31-33", "61"]},
    },
    "anywhere, VPs and chiefs of two industries": {"seniorities": ["vp", "c_suite"], "industries": ["5132", "522"]},
    "anywhere, data people of one size": {"functions": ["data"], "company_size_min": 201, "company_size_max": 500},
    "US, Head of Data": {"locations": ["US"], "titles": ["Head of Data"]},
    "US": {"locations": ["US"]},
}

Statement = tuple[str, dict[str, Any]]


@dataclass
class Timed:
    """Seconds of each preview: ours, the same SQL alone, and the whole call over MCP."""

    ours: list[float]
    raw: list[float]
    mcp: list[float]


def main() -> None:
    """Measure at one million, after a hundredth has changed, and at ten million; print a table and one JSON line."""
    options = _options()
    stage = prepare("bench-leads")
    workspace_id = _filled(options.people)
    machine = Machine()
    with running(stage, ()) as (server,):
        _check(server, stage)
        machine.look()
        exact = _measure(workspace_id, server, options.rounds, exact=True)
        machine.look()
        facets = _p95(_facets(workspace_id, options.rounds))
        machine.look()
        fresh = _freshness(workspace_id, options.rounds)
        machine.look()
        _tell(exact)
        ours, raw, mcp = _p95(exact.ours), _p95(exact.raw), _p95(exact.mcp)
        figures = {
            "p95_ms_1m": ours,
            "vs_raw_1m": round(_p95(exact.ours) / _p95(exact.raw), 3),
            "mcp_p95_ms_1m": _p95(exact.mcp),
            "facets_p95_ms_1m": facets,
        }
        _say(f"{options.people:,} people, all counted (p95): ours {ours} ms, raw SQL {raw}, over MCP {mcp}")
        _say(f"all facets of the page that finds leads (p95): {facets} ms")
        _say(f"one in a hundred changed, not vacuumed: {fresh:.2f} times the median of before")
        if options.times > 1:
            _multiply(options.times)
            capped = _measure(workspace_id, server, options.rounds, exact=False)
            machine.look()
            _tell(capped)
            whole = _measure(workspace_id, server, max(options.rounds // 5, 1), exact=True)
            _say(f"{options.people * options.times:,} people, counted to 10,000: {_p95(capped.ours)} ms; exact {_p95(whole.ours)} ms (p95)")
            figures["p95_ms_10m_capped"] = _p95(capped.ours)
    _say(f"  {machine.describe()}")
    _say(json.dumps({**figures, "freshness": round(fresh, 2)}, separators=(",", ":")))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.leads", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--times", type=int, default=TIMES, help="how often they stand in the larger directory; 1 leaves it out")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    return parser.parse_args()


# --- The directory -------------------------------------------------------------------------------------------------------------


def _filled(people: int) -> int:
    """Make the people, and a workspace that has suppressed some of them; return its id."""
    from campaigns.models import Directory, Person
    from campaigns.services import directories
    from rocketsdr.accounts.models import Workspace
    from rocketsdr.lib.clock import now

    if Person.objects.count() != people:
        Directory.objects.filter(name="Bench").delete() if Person.objects.count() < people else _truncate()
        start = time.perf_counter()
        directories.make_up(
            directory=directories.get_or_open(name="Bench", workspace_id=None, now=now()), number=people, seed="1", now=now()
        )
        _say(f"{people:,} people are made up: {people / (time.perf_counter() - start):,.0f} rows/s")
    workspace = Workspace.objects.latest("id")
    Workspace.objects.filter(id=workspace.id).update(quota_limits={"preview_leads": 10_000})
    _suppress(workspace.id)
    _execute("ALTER TABLE campaigns_person SET (autovacuum_enabled = false)")
    _vacuum()
    return workspace.id


def _truncate() -> None:
    _execute("TRUNCATE campaigns_directory CASCADE")


def _suppress(workspace_id: int) -> None:
    picked = "SELECT lower(email) AS email FROM campaigns_person WHERE email <> '' ORDER BY key"
    _execute(
        f"""INSERT INTO campaigns_suppression (workspace_id, kind, value, reason, note, created_at)
        SELECT {workspace_id}, 'email', email, 'manual', '', now() FROM ({picked} LIMIT {SUPPRESSED}) p
        UNION ALL
        SELECT DISTINCT {workspace_id}, 'domain', split_part(email, '@', 2), 'manual', '', now()
        FROM ({picked} OFFSET {SUPPRESSED} LIMIT {SUPPRESSED_DOMAINS}) p"""  # noqa: S608 - our own numbers
    )
    columns = "full_name, first_name, last_name, company, title, website, linkedin_url, phone, city, country, source"
    nothing = ", ".join(["''"] * len(columns.split(",")))
    _execute(
        f"""INSERT INTO campaigns_lead (workspace_id, email, {columns}, custom, lawful_basis, created_at, updated_at)
        SELECT {workspace_id}, email, {nothing}, '{{}}', 'unknown', now(), now() FROM ({picked} OFFSET 10000 LIMIT {LEADS}) p"""  # noqa: S608 - likewise
    )


def _multiply(times: int) -> None:
    """Copy everybody with other keys, so that there are so many times as many; the indexes are built anew behind it."""
    from django.db import connection

    from campaigns.models import Person

    columns = ", ".join(
        field.column for field in Person._meta.concrete_fields if not field.generated and field.column not in ("id", "key", "shuffle")
    )
    with connection.cursor() as cursor:
        kept = "indexname IN ('campaigns_person_pkey', 'one_person_per_key')"
        cursor.execute(f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'campaigns_person' AND NOT {kept}")  # noqa: S608
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(
            f"""INSERT INTO campaigns_person (key, shuffle, {columns})
            SELECT md5(key::text || copy)::uuid, floor(random() * 2147483648)::integer, {columns}
            FROM campaigns_person, generate_series(2, {times}) copy"""  # noqa: S608 - our own names
        )
        for _, definition in indexes:
            cursor.execute(definition)
    _vacuum()


def _vacuum() -> None:
    _execute("VACUUM ANALYZE campaigns_person, campaigns_suppression, campaigns_lead")


def _execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- In turns ------------------------------------------------------------------------------------------------------------------


def _measure(workspace_id: int, server: Server, rounds: int, *, exact: bool) -> Timed:
    """Preview every audience so many times: by the service, by its SQL alone and over MCP, one after the other."""
    timed = Timed([], [], [])
    with _bare() as raw:
        for number in range(-1, rounds):  # the first round warms the caches up
            for words in AUDIENCES.values():
                seed = f"round {number}"
                statements = _statements(workspace_id, words, seed, exact=exact)
                ours = _seconds(lambda words=words, seed=seed: _preview(workspace_id, words, seed, exact=exact))
                theirs = _seconds(lambda statements=statements: raw(statements))
                arguments = {"targeting": words, "seed": seed, "exact": exact}
                over_mcp = _seconds(lambda arguments=arguments: server.ask("tools/call", {"name": "preview_leads", "arguments": arguments}))
                if number >= 0:
                    timed.ours.append(ours)
                    timed.raw.append(theirs)
                    timed.mcp.append(over_mcp)
    return timed


def _preview(workspace_id: int, words: dict[str, Any], seed: str, *, exact: bool) -> Any:
    from campaigns.queries import lead_previews
    from campaigns.rules.targeting.asked import targeting_of
    from rocketsdr.accounts.actor import job_actor

    return lead_previews.preview(actor=job_actor(workspace_id), targeting=targeting_of(words), seed=seed, exact=exact)


def _facets(workspace_id: int, rounds: int) -> list[float]:
    """Return the seconds of counting the facets of each audience; the first round warms the caches up."""
    from campaigns.queries import facet_counts, lead_previews
    from campaigns.rules.targeting.asked import targeting_of
    from rocketsdr.accounts.actor import job_actor

    actor = job_actor(workspace_id)
    asked = [lead_previews.resolve(actor=actor, targeting=targeting_of(words), persona_id=None).audience for words in AUDIENCES.values()]
    took = [_seconds(partial(facet_counts.facet_counts, actor=actor, audience=audience)) for _ in range(rounds + 1) for audience in asked]
    return took[len(asked) :]


def _statements(workspace_id: int, words: dict[str, Any], seed: str, *, exact: bool) -> list[Statement]:
    """Return what a preview asks the database about its audience: the count, the draw and the people; not what else it looks up."""
    from django.db import connection

    asked: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
        if "campaigns_person" in sql and "EXISTS (SELECT FROM campaigns_person" not in sql and 'SELECT 1 AS "a"' not in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        _preview(workspace_id, words, seed, exact=exact)
    return asked


@contextmanager
def _bare() -> Any:
    """Open a connection without Django; what is yielded sends statements on it and reads their rows."""
    import psycopg
    from django.db import connection

    with psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": psycopg.ClientCursor, "context": None}, autocommit=True
    ) as bare:

        def send(statements: list[Statement]) -> None:
            with bare.cursor() as cursor:
                for sql, params in statements:
                    cursor.execute(sql, params)
                    for result in cursor.results():
                        if result.description:
                            result.fetchall()

        yield send


def _freshness(workspace_id: int, rounds: int) -> float:
    """Return the median of a preview after one in a hundred people has changed over that before, without a vacuum in between."""
    clean = _medians(workspace_id, rounds)
    _execute(f"UPDATE campaigns_person SET updated_at = now() WHERE shuffle < {round(2**31 * CHANGED)}")  # noqa: S608 - our own number
    dirty = _medians(workspace_id, rounds)
    _vacuum()
    return dirty / clean


def _medians(workspace_id: int, rounds: int) -> float:
    took = [
        _seconds(lambda words=words, number=number: _preview(workspace_id, words, f"{number}", exact=True))
        for number in range(rounds)
        for words in AUDIENCES.values()
    ]
    return median(took)


def _check(server: Server, stage: Stage) -> None:
    """Make sure that the server answers a preview at all, or its time would say nothing."""
    answer = server.ask("tools/call", {"name": "preview_leads", "arguments": {"targeting": AUDIENCES["US"]}})
    if answer.get("isError"):
        sys.exit(f"The server refused a preview ({stage.folder}): {answer}")


def _tell(timed: Timed) -> None:
    """Print the medians of each audience."""
    for at, name in enumerate(AUDIENCES):
        ours, raw, mcp = (1000 * median(each[at :: len(AUDIENCES)]) for each in (timed.ours, timed.raw, timed.mcp))
        _say(f"  {name:<60} {ours:>7.1f} ms, raw {raw:>7.1f}, MCP {mcp:>7.1f}")


def _seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _p95(seconds: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return round(1000 * sorted(seconds)[int(len(seconds) * 0.95)], 1)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
