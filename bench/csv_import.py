"""Rows a second of the CSV import, against COPY of the same rows into tables with the same columns and indexes.

The import reads the file, checks and normalises every row, finds out who is there already, writes leads, enrolments and problems
with their foreign keys. Two peers are handed rows that are ready: one writes the leads into a table without foreign keys, the other
writes leads and enrolments with all that the database checks of them.
"""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from random import Random
from statistics import median
from typing import Any

from bench.machine import Machine

ROUNDS = 7
FILE_BYTES = 2 * 1024 * 1024
HEADER = ("First Name", "Last Name", "Email", "Company", "Title", "Website", "LinkedIn URL", "Phone", "City", "Country", "Industry")
FIRST = ("Ada", "Grace", "Linus", "Barbara", "Edsger", "Margaret", "Donald", "Frances", "Alan", "Hedy", "Radia", "Sophie", "Niklaus")
LAST = ("Lovelace", "Hopper", "Torvalds", "Liskov", "Dijkstra", "Hamilton", "Knuth", "Allen", "Turing", "Lamarr", "Perlman", "Wirth")
TITLES = ("Head of Data", "VP Engineering", "Founder", "Chief Revenue Officer", "Director of Sales Operations", "Product Manager")
CITIES = (("Berlin", "Germany"), ("São Paulo", "Brazil"), ("Austin", "United States"), ("Lyon", "France"), ("Kraków", "Poland"))
INDUSTRIES = ("Computer Software", "Logistics and Supply Chain", "Financial Services", "Renewables")


@dataclass
class Round:
    """Seconds for the same rows, one after the other on the same machine."""

    ours: float
    leads: float
    everything: float


def run() -> dict[str, object]:
    """Measure in turns, so that all meet the same machine."""
    content, machine = _file(), Machine()
    rounds: list[Round] = []
    rows = 0
    for _ in range(ROUNDS):
        machine.look()
        rows, ours = _import(content)
        rounds.append(Round(ours, _copy("campaigns_lead", foreign_keys=False), _copy("campaigns_lead", "campaigns_enrollment")))
        _empty()
    machine.look()
    return _report(rows, rounds, machine)


def _file() -> bytes:
    """Return two megabytes as a CRM exports them: quoted where needed, a line in a hundred without a usable address."""
    pick, file = Random(7), BytesIO()  # noqa: S311 - the same file every time is the point
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(HEADER)
    number = 0
    while file.tell() < FILE_BYTES - 300:
        number += 1
        writer.writerow(_person(pick, number))
    return file.getvalue()


def _person(pick: Random, number: int) -> tuple[str, ...]:
    first, last, (city, country) = pick.choice(FIRST), pick.choice(LAST), pick.choice(CITIES)
    company = f"{last} {pick.choice(('Systems', 'Labs', 'Logistics, Inc.', 'GmbH'))}"
    site = f"{last.lower()}{number % 997}.example"
    email = f"{first}.{last}{number}@{site}".lower() if number % 100 else "n/a"
    profile = f"https://www.linkedin.com/in/{first}-{last}-{number}".lower()
    phone = f"+49 30 {number:07d}"
    return first, last, email, company, pick.choice(TITLES), f"https://{site}", profile, phone, city, country, pick.choice(INDUSTRIES)


def _import(content: bytes) -> tuple[int, float]:
    """Import the file into a new workspace as the task does; return the rows that became leads and the seconds."""
    from campaigns.models import Campaign, LeadImport
    from campaigns.services import importing
    from rocketsdr.accounts.actor import job_actor
    from rocketsdr.accounts.models import Workspace
    from rocketsdr.lib.clock import now

    workspace = Workspace.objects.create(name="Bench")
    campaign = Campaign.objects.create(workspace=workspace, name="Bench", created_at=now())
    attached = importing.attach(actor=job_actor(workspace.id), campaign=campaign, content=content, filename="bench.csv", now=now())
    start = time.perf_counter()
    importing.run(lead_import_id=attached.lead_import.id, now=now())
    seconds = time.perf_counter() - start
    return LeadImport.objects.get(id=attached.lead_import.id).accepted, seconds


def _copy(*tables: str, foreign_keys: bool = True) -> float:
    """COPY what the import has written into like tables, in one transaction; return the seconds."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        ready = [_ready(cursor, table, foreign_keys=foreign_keys) for table in tables]
        start = time.perf_counter()
        with transaction.atomic():
            for statement, data in ready:
                with cursor.copy(statement) as copy:
                    copy.write(data)
        seconds = time.perf_counter() - start
        for table in tables:
            cursor.execute(f"DROP TABLE bench_{table}")
    return seconds


def _ready(cursor: Any, table: str, *, foreign_keys: bool) -> tuple[str, bytes]:
    """Make an empty table like this one; return a COPY statement for it and the rows in COPY's own form."""
    like, own = f"bench_{table}", "attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''"
    cursor.execute(f"CREATE TABLE {like} (LIKE {table} INCLUDING ALL)")
    cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass", [table])
    for (definition,) in cursor.fetchall() if foreign_keys else ():
        cursor.execute(f"ALTER TABLE {like} ADD {definition}")
    cursor.execute(f"SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE {own}", [table])  # noqa: S608 - our own names
    columns = cursor.fetchone()[0]
    with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
        return f"COPY {like} ({columns}) FROM STDIN", b"".join(copy)


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_workspace CASCADE")


def _report(rows: int, rounds: list[Round], machine: Machine) -> dict[str, object]:
    ours, leads, everything = (median(getattr(each, name) for each in rounds) for name in ("ours", "leads", "everything"))
    against_leads = median(each.leads / each.ours for each in rounds)
    against_all = median(each.everything / each.ours for each in rounds)
    lines = [
        f"CSV import, {rows:,} leads of a file of 2 MB, median of {len(rounds)} rounds",
        f"  import: file to leads and enrolments           {rows / ours:>9,.0f} rows/s  {ours:.3f} s",
        f"  COPY into a table like that of the leads       {rows / leads:>9,.0f} rows/s  {leads:.3f} s   ratio {against_leads:.2f}",
        f"  COPY of leads and enrolments, foreign keys too {rows / everything:>9,.0f} rows/s  {everything:.3f} s   ratio {against_all:.2f}",
        f"  {machine.describe()}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    figures = {"csv_rows_s": round(rows / ours), "copy_rows_s": round(rows / leads), "csv_vs_copy": round(against_leads, 3)}
    return {**figures, "csv_vs_copy_all": round(against_all, 3), "busy": machine.busy}
