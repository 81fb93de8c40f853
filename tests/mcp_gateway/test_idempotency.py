"""Races: many calls with one key at the same moment, on real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from django.db import connections

from mcp_gateway import dispatch, idempotency, tasks
from mcp_gateway.dispatch import Call, Outcome
from mcp_gateway.idempotency import Slot
from mcp_gateway.models import IdempotentAnswer, ToolCall
from rocketsdr.accounts.models import AuditEvent, QuotaUse, Workspace
from rocketsdr.lib.clock import now as real_now
from tests.mcp_gateway.urls import TEST_SURFACE

KEY = "a-key-of-mine"
T = TypeVar("T")


def at_once(work: Callable[[int], T], times: int) -> list[T]:
    """Do the work in as many threads, all starting together, each with its own connection."""
    together = threading.Barrier(times, timeout=20)

    def run(number: int) -> T:
        try:
            together.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def write(actor: Any, now: Any, **arguments: Any) -> Outcome:
    asked = Call(surface=TEST_SURFACE, name="write_note", arguments={"text": "a", **arguments}, request_id="r")
    return dispatch.call(actor, asked, now=now)


def notes() -> int:
    return AuditEvent.objects.filter(action="note.written").count()


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_with_one_key_one_acts_and_all_get_its_answer(actor, now):
    outcomes = at_once(lambda number: write(actor, now, idempotency_key=KEY), 8)
    assert {outcome.text.removesuffix(dispatch.REPLAYED) for outcome in outcomes} == {"Note 1 is written."}
    assert sum("replayed" not in outcome.meta for outcome in outcomes) == 1
    assert notes() == 1
    assert QuotaUse.objects.get().used == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_exactly_as_many_succeed_as_the_quota_allows(actor, now):
    outcomes = at_once(lambda number: write(actor, now), 16)
    assert sum(not outcome.is_error for outcome in outcomes) == 10
    assert {outcome.structured["code"] for outcome in outcomes if outcome.is_error} == {"quota_exhausted"}
    assert (notes(), QuotaUse.objects.get().used, ToolCall.objects.count()) == (10, 10, 16)


@pytest.mark.django_db(transaction=True)
def test_a_second_call_is_told_when_the_first_one_takes_too_long(actor, now, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.05)
    holds, told = threading.Event(), threading.Event()

    def first() -> None:
        from django.db import transaction

        with transaction.atomic():
            idempotency.first_answer(Slot(actor, "write_note", KEY, '{"text": "a"}'), now=now)
            holds.set()
            assert told.wait(20)

    def second() -> Outcome:
        assert holds.wait(20)
        try:
            return write(actor, now, idempotency_key=KEY)
        finally:
            told.set()

    outcome = at_once(lambda number: second() if number else first(), 2)[1]
    assert outcome is not None
    assert (outcome.structured["code"], outcome.is_error) == ("idempotent_call_still_running", True)
    assert notes() == 0


@pytest.mark.django_db(transaction=True)
def test_the_wait_for_a_key_does_not_bound_the_waits_of_the_tool(actor, now):
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        idempotency.first_answer(Slot(actor, "write_note", KEY, "{}"), now=now)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"


def test_the_job_deletes_what_has_expired_and_may_run_again_and_again(actor, workspace: Workspace):
    for number, age in enumerate((timedelta(days=8), timedelta(days=1))):
        made = real_now() - age
        IdempotentAnswer.objects.create(
            workspace=workspace, tool="t", key=f"key-{number}", created_at=made, expires_at=made + idempotency.KEPT_FOR
        )
    for _ in range(3):
        tasks.purge()
        assert [answer.key for answer in IdempotentAnswer.objects.all()] == ["key-1"]
