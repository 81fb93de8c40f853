"""Exports: asked for in a call, written by a worker that may die, fetched by a link; the same however often the task runs."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import CharField

from campaigns import tasks
from campaigns.models import Job, JobStatus, Lead
from campaigns.queries import exports
from campaigns.queries.jobs import get_job, given_by
from campaigns.services import bulk, exporting, heartbeat, jobs
from integrations import downloads
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import progress
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_files_stay(now):
    yield
    downloads.purge(now=now + timedelta(days=30))


@pytest.fixture
def start(actor, now):
    return partial(exporting.start, actor=actor, kind="leads", format="csv", filters={}, now=now)


@pytest.fixture
def run(now):
    def once(job, worker="one", at=now):
        exporting.run(job_id=job.id, worker=worker, clock=lambda: at)
        job.refresh_from_db()
        return job

    return once


def content(job, now) -> str:
    given = given_by(job)
    assert given is not None
    download = downloads.fetch(token=given["download_url"].rpartition("/")[2], now=now)
    with download.file as file:
        text = file.read().decode()
    assert given["bytes"] == len(text.encode())
    return text


def link_of(job) -> str:
    """Return the token in the link of a completed export."""
    given = given_by(job)
    assert given is not None
    token: str = given["download_url"].rpartition("/")[2]
    return token


def table(job, now) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(job, now), newline="")))


def files() -> list[str]:
    """Return the keys of all that is stored for download."""
    hours = default_storage.listdir("exports")[0] if default_storage.exists("exports") else []
    return [f"exports/{hour}/{name}" for hour in hours for name in default_storage.listdir(f"exports/{hour}")[1]]


def many_leads(workspace, number):
    texts = {str(field.column): "Some words" for field in Lead._meta.fields if type(field) is CharField}
    columns = ["workspace_id", "email", "custom", "created_at", "updated_at", *texts]
    known = Lead.objects.count()
    rows = (
        (workspace.id, f"lead{known + n}@big.example", '{"plan": "gold"}', factories.NOW, factories.NOW, *texts.values())
        for n in range(number)
    )
    bulk.copy_rows(Lead._meta.db_table, columns, rows)


# --- The call --------------------------------------------------------------------------------------------------------------------


def test_an_export_is_a_job_for_a_worker_and_noted_once(start, lead, jobs, now):
    job = start()
    assert (job.status, job.done, job.total, job.tool) == ("working", 0, 1, "export_data")
    assert jobs.all == [("campaigns.run_export", {"job_id": job.id})]
    noted = AuditEvent.objects.get()
    assert (noted.action, noted.facts) == ("export.requested", {"kind": "leads", "format": "csv", "rows": 1})


def test_an_export_without_the_scope_is_refused_by_its_name(start, viewer):
    with pytest.raises(MissingScope, match="inbox:read"):
        start(actor=viewer.__class__(viewer.workspace_id, viewer.user_id, "mcp", frozenset({"leads:read"})), kind="replies")
    assert not Job.objects.exists()


def test_an_unknown_format_is_refused(start):
    with pytest.raises(Invalid, match="Unknown format 'xlsx'"):
        start(format="xlsx")


def test_too_large_an_export_is_refused_with_the_numbers(start, monkeypatch, workspace):
    monkeypatch.setattr(exporting, "MAX_ROWS", 2)
    factories.LeadFactory.create_batch(3, workspace=workspace)
    with pytest.raises(exporting.ExportTooLarge, match="3 rows; 2 are allowed"):
        start()


# --- The file --------------------------------------------------------------------------------------------------------------------


def test_a_csv_has_a_header_and_a_line_for_each_lead(start, run, workspace, now):
    factories.LeadFactory.create(workspace=workspace, email="grace@customer.example", full_name='Grace "Amazing" Höpper, PhD')
    factories.LeadFactory.create(workspace=workspace, company="Two\nlines", custom={"plan": "gold"})
    job = run(start())
    first, second = table(job, now)
    assert first["full_name"] == 'Grace "Amazing" Höpper, PhD'
    assert first["custom"] == ""
    assert (second["company"], second["custom"]) == ("Two\nlines", '{"plan": "gold"}')
    assert content(job, now).startswith('"id","email","full_name"')
    assert (job.status, job.message, job.result["rows"], job.percent) == ("completed", "The file is ready: 2 rows.", 2, 100)


def test_a_json_file_is_one_array_with_an_object_on_each_line(start, run, workspace, now):
    factories.LeadFactory.create_batch(3, workspace=workspace, custom={"plan": "gold"})
    text = content(run(start(format="json")), now)
    assert len(text.splitlines()) == 5
    rows = json.loads(text)
    assert [row["custom"] for row in rows] == [{"plan": "gold"}] * 3
    assert rows[0]["suppressed"] is False
    assert rows[0]["created_at"].startswith("2026-11-17T08:00:00")


@pytest.mark.parametrize(("form", "empty"), [("json", []), ("csv", None)])
def test_an_export_of_nothing_is_a_whole_file(start, run, now, form, empty):
    text = content(run(start(format=form)), now)
    assert json.loads(text) == empty if form == "json" else len(text.splitlines()) == 1


@pytest.mark.parametrize("kind", exports.KINDS)
@pytest.mark.parametrize("form", exporting.FORMATS)
def test_every_kind_is_written_in_every_format(start, run, stranger, campaign, enrollment, lead, kind, form, now):
    factories.InboundMessageFactory.create(conversation=factories.ConversationFactory.create(campaign=campaign, lead=lead))
    factories.EventFactory.create(campaign=campaign, lead=lead)
    factories.SuppressionFactory.create(workspace=campaign.workspace)
    text = content(run(start(kind=kind, format=form)), now)
    read = json.loads(text) if form == "json" else list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(read) == 1
    assert list(read[0]) == exports.source_of(kind).headings
    assert "initech" not in text


ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x.example","y")', "\uff1d1"]


def test_no_cell_of_any_text_column_starts_a_formula(start, run, workspace, now):
    for number, attack in enumerate(ATTACKS):
        texts = dict.fromkeys(["full_name", "first_name", "last_name", "company", "title", "website", "phone", "city", "country"], attack)
        factories.LeadFactory.create(workspace=workspace, email=f"=a{number}@customer.example", **texts)
    rows = table(run(start()), now)
    assert len(rows) == len(ATTACKS)
    for row, attack in zip(rows, ATTACKS, strict=True):
        assert not any(cell.startswith(tuple("=+-@\t\r\n\0\uff1d")) for cell in row.values())
        assert row["company"] == f"'{attack}"
        assert row["email"].startswith("'=a")


def test_no_other_separator_splits_a_cell(start, run, workspace, now):
    factories.LeadFactory.create(workspace=workspace, company="a;=1+1;b")
    lines = content(run(start()), now).splitlines()
    assert '"a;=1+1;b"' in lines[1]


# --- The worker ------------------------------------------------------------------------------------------------------------------


def test_a_task_that_runs_three_times_writes_one_file(start, lead, now, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: now)
    job = start()
    keep, kept = downloads.keep, []

    def counted(**given):
        kept.append(given["name"])
        return keep(**given)

    monkeypatch.setattr(downloads, "keep", counted)
    for _ in range(3):
        tasks.run_export.run(job_id=job.id)
    job.refresh_from_db()
    assert (job.status, job.attempts, kept) == ("completed", 1, [f"{job.id}-1.csv"])
    assert AuditEvent.objects.filter(action="export.made").count() == 1


def test_a_job_that_is_gone_is_no_fault(now):
    exporting.run(job_id=9_999_999, worker="one", clock=lambda: now)


def test_the_tick_wakes_a_worker_for_a_lost_message_and_for_a_dead_worker(start, run, lead, jobs, now, monkeypatch):
    job = start()
    ask = ("campaigns.run_export", {"job_id": job.id})
    jobs.sent.extend(jobs.waiting)  # this message was lost

    def asked(at):
        before = jobs.all.count(ask)
        heartbeat.tick(now=at)
        return jobs.all.count(ask) - before

    assert asked(now + timedelta(seconds=9)) == 0, "it may still be under way"
    assert asked(now + timedelta(seconds=10)) == 1

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(downloads, "keep", die)  # after the rows, before anybody knows: the worst moment
        run(job, worker="killed")
    assert asked(now + exporting.LEASE - timedelta(seconds=1)) == 0, "its worker may be alive"
    assert asked(now + exporting.LEASE) == 1
    assert run(job, worker="next", at=now + exporting.LEASE).status == "completed"
    assert (job.attempts, len(table(job, now))) == (2, 1)


def test_a_job_that_five_workers_died_of_fails_and_says_so(start, run, now, monkeypatch):
    job = start()

    def die(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(downloads, "keep", die)
    for attempt in range(exporting.MAX_ATTEMPTS):
        with pytest.raises(OSError, match="No space"):
            run(job, at=now + attempt * exporting.LEASE)
    run(job, at=now + exporting.MAX_ATTEMPTS * exporting.LEASE)
    assert job.error == {"code": "job_broke_off", "message": "The file could not be written in 5 tries."}


def test_a_worker_that_lost_its_lease_leaves_the_file_of_the_other_alone(start, run, lead, now, monkeypatch):
    job = start()
    keep, late = downloads.keep, now + exporting.LEASE

    def overtaken(**given):
        monkeypatch.setattr(downloads, "keep", keep)
        run(Job.objects.get(id=job.id), worker="second", at=late)
        return keep(**given)

    monkeypatch.setattr(downloads, "keep", overtaken)
    run(job, worker="first")
    assert (job.status, job.attempts) == ("completed", 2)
    assert len(table(job, late)) == 1
    assert files() == [job.result["key"]]


def test_a_campaign_that_is_gone_when_the_worker_comes_fails_the_job(start, run, campaign):
    job = start(filters={"campaign_id": campaign.id})
    campaign.delete()
    run(job)
    assert job.error == {"code": "not_found", "message": "No such campaign."}


def test_progress_is_in_the_row_and_renews_the_lease(start, workspace, now, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 10)
    monkeypatch.setattr(progress, "sparing", lambda sink: sink)
    many_leads(workspace, 35)
    job = start()
    seen = []
    note = exporting._note

    def watched(*args):
        note(*args)
        row = Job.objects.get(id=job.id)
        seen.append((row.done, row.total, row.lease_until))

    monkeypatch.setattr(exporting, "_note", watched)
    exporting.run(job_id=job.id, worker="one", clock=lambda: now)
    assert seen == [(done, 35, now + exporting.LEASE) for done in (0, 10, 20, 30)]


def test_cancelling_while_it_works_stops_the_worker_and_leaves_no_file(start, run, actor, workspace, now, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 10)
    monkeypatch.setattr(progress, "sparing", lambda sink: sink)
    many_leads(workspace, 35)
    job = start()
    note, notes = exporting._note, []

    def cancelled_meanwhile(*args):
        notes.append(args[3])
        if args[3] == 10:
            jobs.cancel(actor=actor, job_id=job.id, now=now)
        note(*args)

    monkeypatch.setattr(exporting, "_note", cancelled_meanwhile)
    run(job)
    assert notes == [0, 10]
    assert (job.status, job.message, job.cancel_asked_at) == ("cancelled", "The export was stopped. No file is kept.", now)
    assert files() == []


def test_cancelling_at_the_last_moment_takes_the_file_away(start, run, actor, lead, now, monkeypatch):
    job = start()
    keep = downloads.keep

    def cancelled_meanwhile(**given):
        key = keep(**given)
        jobs.cancel(actor=actor, job_id=job.id, now=now)
        return key

    monkeypatch.setattr(downloads, "keep", cancelled_meanwhile)
    run(job)
    assert job.status == "cancelled"
    assert job.result is None
    assert files() == []


def test_the_link_is_good_for_a_day_after_the_file_is_ready(start, run, lead, now):
    later = now + timedelta(minutes=5)
    job = run(start(), at=later)
    assert job.expires_at == later + timedelta(days=1)
    token = link_of(job)
    downloads.fetch(token=token, now=job.expires_at - timedelta(seconds=1)).file.close()
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=token, now=job.expires_at)


def test_a_strangers_export_does_not_exist(start, run, lead, stranger):
    with pytest.raises(NotFound):
        get_job(actor=stranger.actor, job_id=run(start()).id)


# --- Many rows -------------------------------------------------------------------------------------------------------------------


def peak_of(job, now) -> int:
    tracemalloc.start()
    try:
        exporting.run(job_id=job.id, worker="one", clock=lambda: now)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # outside a transaction, as in a worker
@pytest.mark.parametrize(("form", "few", "many"), [("csv", 5_000, 50_000), ("json", 2_000, 20_000)])
def test_ten_times_as_many_leads_take_no_more_memory(start, workspace, now, form, few, many):
    assert not connection.in_atomic_block
    exporting.run(job_id=start(format=form).id, worker="first", clock=lambda: now)  # loads what is loaded only once
    many_leads(workspace, few)
    small = peak_of(start(format=form), now)
    many_leads(workspace, many - few)
    job = start(format=form)
    large = peak_of(job, now)
    job.refresh_from_db()
    assert (job.status, job.result["rows"]) == (JobStatus.COMPLETED, many)
    assert large < small * 1.2, (small, large)
