import time
from datetime import UTC, datetime, timedelta

import pytest

from rocketsdr.lib import clock


def test_without_a_source_the_time_is_the_machines_in_utc():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.now().tzinfo is UTC


def test_the_offset_of_the_source_moves_the_time():
    clock.use_offset_source(lambda: timedelta(days=3))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=3)) < timedelta(seconds=1)


def test_the_source_is_asked_once_in_a_quarter_of_a_second(monkeypatch):
    asked = []
    monotonic = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: monotonic[0])

    def source() -> timedelta:
        asked.append(1)
        return timedelta(days=len(asked))

    clock.use_offset_source(source)
    for seconds in (0, 0.1, 0.14):
        monotonic[0] += seconds
        clock.now()
    assert len(asked) == 1
    monotonic[0] += 0.2
    assert clock.now() - datetime.now(UTC) > timedelta(days=1, hours=23)
    assert len(asked) == 2


def test_a_new_source_is_asked_at_once():
    clock.use_offset_source(lambda: timedelta(days=1))
    clock.now()
    clock.use_offset_source(lambda: timedelta(days=9))
    assert clock.now() - datetime.now(UTC) > timedelta(days=8)


def test_a_source_that_fails_is_heard():
    def fail() -> timedelta:
        raise RuntimeError("no database")

    clock.use_offset_source(fail)
    with pytest.raises(RuntimeError):
        clock.now()
