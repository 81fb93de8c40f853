"""Directories of people, loaded by an operator: from a file, or made up for a demonstration."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import F

from campaigns.models import Company, Directory, DirectoryLoad, LawfulBasis, Person
from campaigns.rules.directory.made_up import people
from campaigns.rules.directory.rows import Defaults, PersonRow, Unknown, person_of
from campaigns.services import bulk
from campaigns.services.directories.files import Record, digest_of, records
from campaigns.services.directories.store import Stored, store
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib import progress
from rocketsdr.lib.errors import Conflict, Invalid, NotFound

BATCH = 10_000  # rows in one transaction


@dataclass
class _Batch:
    """The rows that are stored next, and what else was read with them."""

    people: list[PersonRow] = field(default_factory=list)
    read: int = 0
    refused: int = 0


class OtherLoad(Conflict):
    code = "load_is_running"


def load(*, path: Path, directory: Directory, defaults: Defaults, now: datetime) -> DirectoryLoad:
    """Take a file of people into a directory. Broken off and called again, it goes on behind the last row that is stored.

    Nobody is twice in a directory: who is there already is brought up to date. A file that was loaded to its end is read again.
    """
    _check(path, defaults)
    row = _begin(path, directory, now)
    unknown = Unknown(counts={facet: Counter(words) for facet, words in row.unknown.items()})
    size, batch = path.stat().st_size, _Batch()
    for record in records(path):
        if record.number <= row.rows_done:
            continue
        _take(record, batch, unknown, defaults)
        if batch.read >= BATCH:
            _keep(row, batch, unknown, now)
            batch = _Batch()
            progress.report(record.read, size, f"{row.rows_done:,} rows are stored.")
    _keep(row, batch, unknown, now)
    DirectoryLoad.objects.filter(id=row.id).update(finished_at=now)
    row.refresh_from_db()
    bulk.analyze(Person, Company)
    progress.report(size, size, f"{row.rows_done:,} rows are stored.")
    return row


def make_up(*, directory: Directory, number: int, seed: str, now: datetime) -> Stored:
    """Fill a directory with people who do not exist; the same seed makes the same ones, and a second time changes nothing."""
    added = updated = done = 0
    made = people(number, seed=seed)
    while batch := list(islice(made, BATCH)):
        stored = _store(directory, batch, now)
        added, updated, done = added + stored.added, updated + stored.updated, done + len(batch)
        progress.report(done, number, f"{done:,} people are made up.")
    bulk.analyze(Person, Company)
    return Stored(added, updated)


def get_or_open(*, name: str, workspace_id: int | None, now: datetime) -> Directory:
    """Return the directory of this name, shared or of the workspace; a new one where there is none."""
    if not name.strip() or len(name) > 100:
        raise Invalid("A directory needs a name of at most 100 characters.", field="name", fix="Name it after its source.")
    if workspace_id is not None and not Workspace.objects.filter(id=workspace_id).exists():
        raise NotFound("No such workspace.", fix="create_workspace printed its id.", workspace_id=workspace_id)
    of_owner = {"workspace__isnull": True} if workspace_id is None else {"workspace_id": workspace_id}
    found = Directory.objects.filter(name=name.strip(), **of_owner).first()
    return found or Directory.objects.create(workspace_id=workspace_id, name=name.strip(), created_at=now)


def _check(path: Path, defaults: Defaults) -> None:
    if not path.is_file():
        raise Invalid(f"There is no file {path}.", field="file", fix="Give the path of a file of people.")
    if defaults.lawful_basis not in LawfulBasis.values:
        known = ", ".join(LawfulBasis.values)
        raise Invalid(f"Unknown lawful basis {defaults.lawful_basis!r:.60}.", field="lawful_basis", fix=f"Use one of {known}.")


def _begin(path: Path, directory: Directory, now: datetime) -> DirectoryLoad:
    """Return the row that says how far this file is: where it was broken off, or at its beginning."""
    start = {"filename": path.name[:200], "created_at": now}
    row, _ = DirectoryLoad.objects.get_or_create(directory=directory, digest=digest_of(path), defaults=start)
    if row.finished_at is not None:
        again = {"rows_done": 0, "added": 0, "updated": 0, "unchanged": 0, "refused": 0, "unknown": {}, "finished_at": None}
        DirectoryLoad.objects.filter(id=row.id).update(**again)
        row.refresh_from_db()
    return row


def _take(record: Record, batch: _Batch, unknown: Unknown, defaults: Defaults) -> None:
    person = None if record.fields is None else person_of(record.fields, unknown, defaults)
    batch.read += 1
    if person is None:
        batch.refused += 1
        unknown.note("row", "names nobody: neither id, address, profile nor name and company" if record.fields else "cannot be read")
    else:
        batch.people.append(person)


@transaction.atomic
def _keep(row: DirectoryLoad, batch: _Batch, unknown: Unknown, now: datetime) -> None:
    """Store a batch and how far the file is with it, both or neither."""
    stored = store(directory_id=row.directory_id, rows=batch.people, now=now)
    counts = {"added": stored.added, "updated": stored.updated, "refused": batch.refused}
    counts["unchanged"] = batch.read - sum(counts.values())
    mine = DirectoryLoad.objects.filter(id=row.id, rows_done=row.rows_done)
    moved = {name: F(name) + number for name, number in counts.items()}
    if mine.update(rows_done=F("rows_done") + batch.read, unknown=unknown.frequent(), **moved) != 1:
        raise OtherLoad("This file is being loaded by another process.", fix="Wait for it, or stop it and call again.")
    row.refresh_from_db()


@transaction.atomic
def _store(directory: Directory, batch: list[PersonRow], now: datetime) -> Stored:
    return store(directory_id=directory.id, rows=batch, now=now)
