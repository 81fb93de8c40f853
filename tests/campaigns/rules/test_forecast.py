"""What leaves on which day, in tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from campaigns.rules.forecast import Leaving, Room, Waiting, forecast

TUESDAY = date(2026, 11, 17)
WEEKDAYS = frozenset(range(1, 6))
ONE_STEP = {1: 0}


def day(ahead: int) -> date:
    return TUESDAY + timedelta(days=ahead)


def room(cap: int | None = None, used: int = 0, first_day: date = TUESDAY) -> Room:
    return Room(cap, used, WEEKDAYS, first_day)


def numbers(leaving: list[Leaving]) -> list[tuple[int, int, int]]:
    return [((each.day - TUESDAY).days, each.step, each.emails) for each in leaving]


CASES = {
    "without a cap all leave at once": (room(), 100, [(0, 1, 100)], 0),
    "a cap spreads them over the days": (room(cap=40), 100, [(0, 1, 40), (1, 1, 40), (2, 1, 20)], 0),
    "what is used today is used": (room(cap=40, used=30), 50, [(0, 1, 10), (1, 1, 40)], 0),
    "a used-up day lets nothing leave": (room(cap=40, used=50), 10, [(1, 1, 10)], 0),
    "weekends stay free": (room(cap=10), 50, [(0, 1, 10), (1, 1, 10), (2, 1, 10), (3, 1, 10), (6, 1, 10)], 0),
    "a hold lets nothing leave before it is over": (room(first_day=day(2)), 5, [(2, 1, 5)], 0),
    "what does not fit is later": (room(cap=1), 20, [(0, 1, 1), (1, 1, 1), (2, 1, 1), (3, 1, 1), (6, 1, 1)], 15),
    "a cap of nothing lets nothing leave": (room(cap=0), 5, [], 5),
}


@pytest.mark.parametrize(("size", "emails", "expected", "later"), CASES.values(), ids=CASES)
def test_first_emails_leave_as_the_room_allows(size, emails, expected, later):
    waiting = [Waiting(1, 1, TUESDAY, emails)]
    leaving, left = forecast(waiting=waiting, rooms={1: size}, waits=ONE_STEP, today=TUESDAY, days=7)
    assert (numbers(leaving), left) == (expected, later)


def test_each_email_brings_its_follow_up_and_shares_the_cap_with_it():
    waiting = [Waiting(1, 1, TUESDAY, 4)]
    leaving, later = forecast(waiting=waiting, rooms={1: room(cap=3)}, waits={1: 0, 2: 1, 3: 10}, today=TUESDAY, days=4)
    assert numbers(leaving) == [(0, 1, 3), (1, 1, 1), (1, 2, 2), (2, 2, 2)]
    assert later == 4


def test_a_follow_up_without_a_wait_leaves_on_the_same_day():
    leaving, _ = forecast(waiting=[Waiting(1, 1, TUESDAY, 2)], rooms={1: room()}, waits={1: 0, 2: 0}, today=TUESDAY, days=1)
    assert numbers(leaving) == [(0, 1, 2), (0, 2, 2)]


def test_senders_have_rooms_of_their_own_and_one_without_a_room_sends_nothing():
    waiting = [Waiting(1, 1, TUESDAY, 5), Waiting(2, 1, TUESDAY, 5), Waiting(3, 1, TUESDAY, 5)]
    leaving, later = forecast(waiting=waiting, rooms={1: room(cap=2), 2: room()}, waits=ONE_STEP, today=TUESDAY, days=1)
    assert [(each.sender_id, each.emails) for each in leaving] == [(1, 2), (2, 5)]
    assert later == 8


def test_what_is_due_later_waits_and_what_is_overdue_does_not():
    waiting = [Waiting(1, 1, day(2), 1), Waiting(1, 2, day(-5), 1)]
    leaving, _ = forecast(waiting=waiting, rooms={1: room()}, waits=ONE_STEP, today=TUESDAY, days=7)
    assert numbers(leaving) == [(0, 2, 1), (2, 1, 1)]
