from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import available_timezones

import pytest

from campaigns.rules.sending_hours import check, is_open, next_slot
from rocketsdr.lib.errors import Invalid

WORK: dict[str, Any] = {"days": [1, 2, 3, 4, 5], "start": time(9), "end": time(17)}
ZONES = sorted(available_timezones())


def slot(now: str, timezone: str = "Europe/Berlin", **changes) -> str:
    found = next_slot(datetime.fromisoformat(now), timezone=timezone, **(WORK | changes))
    assert found.tzinfo is UTC
    return found.isoformat().removesuffix("+00:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T10:00:00.5+00:00", "2026-11-20T10:00:00.500000"),  # Friday, 11:00 there: now
        ("2026-11-20T08:00:00+00:00", "2026-11-20T08:00:00"),  # 9:00 exactly is inside
        ("2026-11-20T07:59:59+00:00", "2026-11-20T08:00:00"),
        ("2026-11-20T16:00:00+00:00", "2026-11-23T08:00:00"),  # 17:00 exactly is outside: Monday
        ("2026-11-22T12:00:00+05:00", "2026-11-23T08:00:00"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01T08:00:00"),
    ],
)
def test_a_closed_office_opens_next_on_a_day_and_hour_of_its_own_clock(now, expected):
    assert slot(now) == expected


def test_one_day_a_week_is_enough():
    assert slot("2026-11-20T10:00:00+00:00", days=[7]) == "2026-11-22T08:00:00"


def test_midnight_as_the_end_means_the_whole_day():
    assert slot("2026-11-20T22:59:00+00:00", start=time(0), end=time(0)) == "2026-11-20T22:59:00"
    assert slot("2026-11-20T23:00:00+00:00", start=time(0), end=time(0)) == "2026-11-22T23:00:00"


@pytest.mark.parametrize(
    ("now", "timezone", "start", "end", "expected"),
    [
        ("2025-03-09T05:00:00+00:00", "America/New_York", time(2, 30), time(3, 15), "2025-03-09T07:00:00"),  # 2:00 to 3:00 does not exist
        ("2025-03-09T05:00:00+00:00", "America/New_York", time(2, 15), time(2, 45), "2025-03-10T06:15:00"),
        ("2025-11-02T04:00:00+00:00", "America/New_York", time(1), time(1, 30), "2025-11-02T05:00:00"),  # 1:00 to 2:00 comes twice
        ("2025-11-02T05:45:00+00:00", "America/New_York", time(1), time(1, 30), "2025-11-02T06:00:00"),
        ("2025-04-05T14:50:00+00:00", "Australia/Lord_Howe", time(1, 40), time(1, 50), "2025-04-05T15:10:00"),  # half an hour back
        ("2011-12-29T20:00:00+00:00", "Pacific/Apia", time(9), time(17), "2011-12-30T19:00:00"),  # the 30th was left out
    ],
)
def test_a_clock_change_is_followed_to_the_minute(now, timezone, start, end, expected):
    assert slot(now, timezone, days=[5, 6, 7, 1], start=start, end=end) == expected


def test_in_every_zone_every_slot_is_open_and_not_in_the_past():
    chance = Random(11)
    for timezone in ZONES:
        for _ in range(8):
            now = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(730 * 86_400))
            start = chance.randrange(0, 23 * 60)
            end = chance.randrange(start + 1, 24 * 60)
            hours: dict[str, Any] = {
                "timezone": timezone,
                "days": chance.sample(range(1, 8), chance.randint(1, 7)),
                "start": time(start // 60, start % 60),
                "end": time(end // 60, end % 60),
            }
            found = next_slot(now, **hours)
            assert found >= now
            assert is_open(found, **hours)


def test_around_clock_changes_no_slot_is_missed():
    """Compare with looking at every minute, in the hours in which clocks change."""
    chance = Random(12)
    for timezone in chance.sample(ZONES, 25):
        for month in (3, 4, 10, 11):
            now = datetime(2025, month, chance.randint(1, 28), chance.randrange(24), chance.randrange(60), tzinfo=UTC)
            start = chance.randrange(0, 4 * 60)
            end = start + chance.randint(1, 60)
            hours: dict[str, Any] = {
                "timezone": timezone,
                "days": range(1, 8),
                "start": time(start // 60, start % 60),
                "end": time(end // 60, end % 60),
            }
            minutes = (now + timedelta(minutes=ahead) for ahead in range(3 * 24 * 60))
            assert next_slot(now, **hours) == next(minute for minute in minutes if is_open(minute, **hours))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "America"}, "timezone"),
        ({"timezone": "\x00"}, "timezone"),
        ({"days": []}, "days"),
        ({"days": [0]}, "days"),
        ({"days": [1, 8]}, "days"),
        ({"start": time(17), "end": time(9)}, "from"),
        ({"start": time(9), "end": time(9)}, "from"),
    ],
)
def test_hours_that_never_open_are_refused_by_name(changes, field):
    hours: dict[str, Any] = {"timezone": "UTC", **WORK, **changes}
    with pytest.raises(Invalid) as refused:
        check(**hours)
    assert refused.value.field == field
    assert refused.value.fix
