"""When to try again after a mail server asked for a later try."""

from __future__ import annotations

from datetime import datetime, timedelta

# Greylisting lets the second try in after some minutes; throttling needs an hour or more; after a day and a half it is a refusal.
WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(hours=24))


def next_try(*, attempts: int, now: datetime) -> datetime | None:
    """Return the time of the next try after `attempts` failed ones (1 or more), or None to give up."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None
