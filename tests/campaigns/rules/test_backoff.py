from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaigns.rules.backoff import WAITS, next_try

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_each_try_waits_longer_than_the_one_before():
    tries = [next_try(attempts=attempts, now=NOW) for attempts in range(1, len(WAITS) + 1)]
    assert tries[0] == NOW + timedelta(minutes=5)
    assert [at - NOW for at in tries if at] == sorted(WAITS)
    assert len(set(tries)) == len(WAITS)


def test_after_the_last_wait_it_gives_up():
    assert next_try(attempts=len(WAITS) + 1, now=NOW) is None
    assert next_try(attempts=100, now=NOW) is None


def test_greylisting_has_passed_and_a_day_of_trouble_too_before_it_gives_up():
    assert timedelta(days=1) < sum(WAITS, timedelta()) < timedelta(days=3)
