"""When a campaign may send: days of the week and hours of the day on the clocks of a time zone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rocketsdr.lib.errors import Invalid

# One week finds every day; a second one is for the day that a zone leaves out when it moves over the date line.
_HORIZON = 15
_MIDNIGHT = time(0)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise Invalid(f'There is no time zone "{name}".', field="timezone", fix="Use an IANA name such as Europe/Berlin or UTC.") from None


def check(*, timezone: str, days: Collection[int], start: time, end: time) -> None:
    """Raise `Invalid` for sending hours in which nothing could ever be sent. `days` are 1 (Monday) to 7 (Sunday)."""
    zone(timezone)
    if not days or not set(days) <= set(range(1, 8)):
        raise Invalid(f"The sending days are {sorted(days)}.", field="days", fix="Name at least one day, 1 (Monday) to 7 (Sunday).")
    if end != _MIDNIGHT and start >= end:
        raise Invalid(f"The sending hours run from {start:%H:%M} to {end:%H:%M}.", field="from", fix="Let them start before they end.")


def is_open(now: datetime, *, timezone: str, days: Collection[int], start: time, end: time) -> bool:
    """Return whether it is a sending day and hour there; `start` is inside, `end` outside, an `end` of 00:00 is the day's end."""
    local = now.astimezone(zone(timezone))
    return local.isoweekday() in days and start <= local.time() and (end == _MIDNIGHT or local.time() < end)


def next_slot(now: datetime, *, timezone: str, days: Collection[int], start: time, end: time) -> datetime:
    """Return the first moment at or after `now` at which sending is open, in UTC.

    Right over clock changes: hours that the clock leaves out open when it has jumped over them, hours that it repeats open twice.
    """
    check(timezone=timezone, days=days, start=start, end=end)
    if is_open(now, timezone=timezone, days=days, start=start, end=end):
        return now.astimezone(UTC)
    today = now.astimezone(zone(timezone)).date()
    for ahead in range(_HORIZON):
        moments = _moments_of_change(today + timedelta(days=ahead), zone(timezone), start)
        openings = [at for at in moments if at > now and is_open(at, timezone=timezone, days=days, start=start, end=end)]
        if openings:
            return min(openings)
    raise Invalid(f"Sending never opens between {start:%H:%M} and {end:%H:%M} in {timezone}.", field="days", fix="Widen the hours.")


def _moments_of_change(day: date, tz: ZoneInfo, start: time) -> Iterator[datetime]:
    """Yield every moment around a local day at which sending can open: its start, twice if the clock repeats it, and clock changes."""
    for fold in (0, 1):
        yield datetime.combine(day, start, tzinfo=tz).replace(fold=fold).astimezone(UTC)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    before, after = noon - timedelta(hours=36), noon + timedelta(hours=36)
    if _offset(before, tz) != _offset(after, tz):
        yield _clock_change(before, after, tz)


def _clock_change(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """Return the first second with the later UTC offset."""
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(datetime.fromtimestamp(middle, UTC), tz) == _offset(before, tz)
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _offset(at: datetime, tz: ZoneInfo) -> timedelta | None:
    return at.astimezone(tz).utcoffset()
