"""The record of calls: a write's is there with the write, a read's within a second, and neither holds anybody up."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from mcp_gateway import records, tasks
from mcp_gateway.dispatch import Call, call
from mcp_gateway.models import Ending, ToolCall
from mcp_gateway.records import Entry, Waiting
from rocketsdr.lib.clock import now as real_now
from tests import factories
from tests.mcp_gateway.urls import TEST_SURFACE


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Waiting:
    """Records of reads that wait until the test has them stored."""
    settings.TOOL_CALLS_EVERY = 3600
    made = Waiting()
    monkeypatch.setattr(records, "_waiting", made)
    return made


@pytest.fixture
def entry(actor, now):
    def make(**changes: Any) -> Entry:
        facts = {"surface": "test", "tool": "list_words", "arguments": "{}", "request_id": "r" * 32, "client": "pytest", "at": now}
        return Entry(**{"actor": actor, "reads": True, **facts, **changes})

    return make


@pytest.fixture
def make_call(actor, now):
    return lambda tool, **arguments: call(actor, Call(TEST_SURFACE, tool, arguments, "r" * 32), now=now)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A database that takes no record as long as the event is set."""
    gone, store = threading.Event(), records._store

    def refuse(rows: Any) -> None:
        if gone.is_set():
            raise OperationalError("the server is away")
        store(rows)

    monkeypatch.setattr(records, "_store", refuse)
    return gone


def told(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event that is set once records are stored."""
    stored, store = threading.Event(), records._store

    def store_and_tell(rows: Any) -> None:
        store(rows)
        stored.set()

    monkeypatch.setattr(records, "_store", store_and_tell)
    return stored


# --- Reads -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_records_of_reads_wait_and_are_written_together(waiting, make_call, django_assert_num_queries):
    for _ in range(3):
        make_call("list_words")
    assert not ToolCall.objects.exists()
    with django_assert_num_queries(1):
        waiting.flush()
    assert [record.tool for record in ToolCall.objects.all()] == ["list_words"] * 3
    waiting.close()


@pytest.mark.django_db(transaction=True)
def test_a_refused_read_is_recorded_like_one_that_is_done(waiting, make_call):
    make_call("list_words", nonsense=1)
    waiting.close()
    assert ToolCall.objects.get().outcome == Ending.REFUSED


@pytest.mark.django_db(transaction=True)
def test_a_record_is_stored_within_a_second_by_the_thread(waiting, entry, settings, monkeypatch):
    settings.TOOL_CALLS_EVERY = 0.05
    stored = told(monkeypatch)
    entry().write(Ending.DONE)
    assert stored.wait(1)
    waiting.close()
    assert ToolCall.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_records_do_not_wait_for_their_time(waiting, entry, monkeypatch):
    monkeypatch.setattr(records, "BATCH", 5)
    stored = told(monkeypatch)
    for _ in range(5):
        entry().write(Ending.DONE)
    assert stored.wait(10)
    waiting.close()
    assert ToolCall.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_what_waits_at_the_end_is_stored(waiting, entry):
    entry().write(Ending.DONE)
    waiting.close()
    entry().write(Ending.DONE)
    waiting.close()
    assert ToolCall.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_holds_up_no_read_and_loses_nothing_that_fits(waiting, make_call, away, caplog):
    away.set()
    for _ in range(3):
        assert not make_call("list_words").is_error
    waiting.flush()
    assert "3 wait" in caplog.text
    away.clear()
    waiting.close()
    assert ToolCall.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_no_more_records_wait_than_there_is_room_for_and_the_dropped_are_counted(waiting, entry, away, caplog, monkeypatch):
    monkeypatch.setattr(records, "MOST_WAITING", 4)
    away.set()
    for _ in range(7):
        entry().write(Ending.DONE)
    waiting.flush()
    away.clear()
    waiting.close()
    assert ToolCall.objects.count() == 4
    assert ("mcp_gateway.records", logging.ERROR, "3 records of calls were dropped while the database was away.") in caplog.record_tuples


@pytest.mark.django_db(transaction=True)
def test_a_record_that_the_database_refuses_takes_no_other_along(waiting, entry, caplog):
    entry(tool="x" * 65).write(Ending.DONE)
    entry().write(Ending.DONE)
    waiting.close()
    assert [record.tool for record in ToolCall.objects.all()] == ["list_words"]
    assert "could not be stored and is lost" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_workspace_that_is_deleted_meanwhile_takes_its_own_records_along_and_no_others(waiting, entry, actor):
    gone = factories.WorkspaceFactory.create()
    entry(actor=replace(actor, workspace_id=gone.id)).write(Ending.DONE)
    entry().write(Ending.DONE)
    gone.delete()
    waiting.close()
    assert ToolCall.objects.count() == 1


# --- Writes ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_writes_record_is_there_when_the_write_is(waiting, make_call):
    make_call("write_note", text="Ada")
    assert ToolCall.objects.get().outcome == Ending.DONE


@pytest.mark.django_db(transaction=True)
def test_a_writes_record_does_not_outlive_the_write(waiting, make_call):
    with transaction.atomic():
        make_call("write_note", text="Ada")
        transaction.set_rollback(True)
    waiting.close()
    assert not ToolCall.objects.exists()


def test_a_record_names_the_audit_events_of_its_call(make_call, actor):
    outcome = make_call("write_note", text="Ada")
    assert ToolCall.objects.get().audit_ids == [outcome.meta["audit_id"]]


def test_a_name_that_no_text_column_takes_is_stored_without_what_it_cannot(entry):
    entry(client="cl\0ient \N{SNOWMAN}" + "x" * 200).write(Ending.DONE)
    assert ToolCall.objects.get().client.startswith("client \N{SNOWMAN}x")


# --- Age -------------------------------------------------------------------------------------------------------------------------


def test_records_are_purged_after_their_time(entry, settings):
    settings.TOOL_CALLS_KEPT = timedelta(days=90)
    at = real_now()
    for days in (91, 89):
        entry(at=at - timedelta(days=days)).write(Ending.DONE)
    for _ in range(3):
        tasks.purge()
    assert [record.at for record in ToolCall.objects.all()] == [at - timedelta(days=89)]


def test_old_records_are_purged_in_portions(entry, now, monkeypatch, settings):
    monkeypatch.setattr(records, "PURGED_AT_ONCE", 2)
    for _ in range(5):
        entry().write(Ending.DONE)
    assert records.purge(now=now + settings.TOOL_CALLS_KEPT + timedelta(seconds=1)) == 5
