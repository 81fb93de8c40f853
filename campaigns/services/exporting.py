"""Files of what the workspace has: asked for in a call, written by a worker, fetched by a link that is good for a day."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any, Literal, get_args

from django.db import transaction

from campaigns.models import Job, JobKind, JobStatus
from campaigns.models.job import BROKEN_OFF, KEPT_FOR, JobQuerySet
from campaigns.queries import exports
from campaigns.rules import csv_cells
from integrations import downloads
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor, job_actor
from rocketsdr.lib import progress
from rocketsdr.lib.errors import DomainError, Invalid, LimitReached
from rocketsdr.lib.jobs import enqueue

Format = Literal["csv", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
Clock = Callable[[], datetime]

MAX_ROWS = 1_000_000  # what one task writes well within its time
LEASE = timedelta(seconds=60)  # renewed every second while rows flow
MAX_ATTEMPTS = 5
_WRITING = "Writing the file."


class ExportTooLarge(LimitReached):
    code = "export_too_large"


class _Stopped(Exception):
    """The job was cancelled, or belongs to another worker now."""


@transaction.atomic
def start(*, actor: Actor, kind: str, format: str, filters: Mapping[str, Any], now: datetime) -> Job:  # noqa: A002 - the field's word
    """Have a file written of what the filters leave; the job says how far it is, and then where the file is."""
    exports.require(actor, kind)
    if format not in FORMATS:
        raise Invalid(f"Unknown format {format!r:.60}.", field="format", fix=f"Use {' or '.join(FORMATS)}.")
    total = exports.select(actor=actor, kind=kind, filters=filters).count()
    if total > MAX_ROWS:
        raise ExportTooLarge(f"The export has {total:,} rows; {MAX_ROWS:,} are allowed.", fix="Narrow it with filters.", limit=MAX_ROWS)
    job = Job.objects.create(
        workspace_id=actor.workspace_id,
        kind=JobKind.EXPORT,
        tool="export_data",
        requested_by_id=actor.user_id,
        credential=actor.credential,
        request={"kind": kind, "format": format, "filters": dict(filters)},
        total=total,
        message=_WRITING,
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT_FOR,
    )
    audit.record(actor, "export.requested", job, kind=kind, format=format, rows=total)
    enqueue("campaigns.run_export", job_id=job.id)
    return job


def run(*, job_id: int, worker: str, clock: Clock) -> None:
    """Write the file of an export that nobody else works on, and complete its job; a second run finds nothing to do."""
    job = _claimed(job_id, worker, clock())
    if job is None:
        return
    note = partial(_note, job_id, worker, clock)
    try:
        with progress.to(progress.sparing(note)), tempfile.TemporaryFile() as file:
            rows = _write(job, file)
            _complete(job, worker, file, rows, clock)
    except _Stopped:
        return
    except DomainError as exc:  # a campaign that is gone, say: another try would meet it too
        _held(job_id, worker).end(JobStatus.FAILED, exc.message, now=clock(), error_code=exc.code)


def _claimed(job_id: int, worker: str, now: datetime) -> Job | None:
    """Return the job if this worker may write it now; one that too many workers have died of fails."""
    tired = Job.objects.unattended(now, since=now).filter(id=job_id, attempts__gte=MAX_ATTEMPTS)
    tired.end(JobStatus.FAILED, f"The file could not be written in {MAX_ATTEMPTS} tries.", now=now, error_code=BROKEN_OFF)
    if not Job.objects.filter(id=job_id).claim(worker=worker, lease_until=now + LEASE, now=now):
        return None
    return Job.objects.get(id=job_id)


def _note(job_id: int, worker: str, clock: Clock, done: int, total: int | None, message: str) -> None:
    now = clock()
    if _held(job_id, worker).note(done, total, message, now=now, lease_until=now + LEASE) != 1:
        raise _Stopped


def _held(job_id: int, worker: str) -> JobQuerySet:
    return Job.objects.filter(id=job_id, worker=worker)


def _complete(job: Job, worker: str, file: IO[bytes], rows: int, clock: Clock) -> None:
    now = clock()
    good_until = now + downloads.GOOD_FOR
    size = file.seek(0, io.SEEK_END)
    kind, extension = job.request["kind"], job.request["format"]
    stored = f"{job.id}-{job.attempts}.{extension}"
    key = downloads.keep(workspace_id=job.workspace_id, name=stored, file=file, good_until=good_until)
    result = {"key": key, "name": f"{kind}-{now:%Y-%m-%d}.{extension}", "rows": rows, "bytes": size}
    message = f"The file is ready: {rows:,} rows."
    with transaction.atomic():
        ended = _held(job.id, worker).end(
            JobStatus.COMPLETED, message, now=now, result=result, done=rows, total=rows, expires_at=good_until
        )
        if ended:
            audit.record(job_actor(job.workspace_id), "export.made", job, kind=kind, rows=rows, bytes=size)
    if not ended:
        downloads.drop(key)


# --- The file ------------------------------------------------------------------------------------------------------------------


def _write(job: Job, file: IO[bytes]) -> int:
    """Write the whole file; return how many rows it has."""
    asked = job.request
    rows = exports.stream(actor=job_actor(job.workspace_id), kind=asked["kind"], filters=asked["filters"])
    write = _write_csv if asked["format"] == "csv" else _write_json
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        return write(text, exports.source_of(asked["kind"]).headings, _counted(rows, job.total))
    finally:
        text.detach()  # or the file would be closed with it


def _counted(rows: Iterable[exports.Row], total: int | None) -> Iterator[exports.Row]:
    """Pass rows on, and say now and then how many there were."""
    for number, row in enumerate(rows):
        if number % exports.CHUNK == 0:
            progress.report(number, max(total or 0, number + 1), _WRITING)  # never "all": that is said when the file is stored
        yield row


def _write_csv(text: IO[str], headings: list[str], rows: Iterable[exports.Row]) -> int:
    """Write UTF-8 with a header line; every cell is quoted, so that no other separator than ours can split one."""
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headings)
    number = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        number += 1
    return number


def _cell(value: object) -> object:
    if isinstance(value, str):
        return csv_cells.safe(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _as_json(value) if value else ""
    return value.isoformat() if isinstance(value, datetime) else value


def _write_json(text: IO[str], headings: list[str], rows: Iterable[exports.Row]) -> int:
    """Write one JSON array with an object on each line."""
    number = 0
    for row in rows:
        text.write(",\n" if number else "[\n")
        number += 1
        text.write(_as_json(dict(zip(headings, row, strict=True))))
    text.write("\n]\n" if number else "[]\n")
    return number


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=datetime.isoformat)
