"""The time: the machine's clock, plus an offset that only the embedded mode may have.

The offset lets the demo and a person who tries the product move every process's clock together. It comes from a source that
`rocketsdr.accounts` installs in the embedded mode; without a source the offset is zero and costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

OFFSET_KEPT_FOR = 0.25  # seconds a process may go on with the offset it read last

_source: Callable[[], timedelta] | None = None
_kept: tuple[float, timedelta] = (float("-inf"), timedelta())


def now() -> datetime:
    """Return the current time in UTC, moved by the stored offset in the embedded mode."""
    return datetime.now(UTC) + _offset()


def use_offset_source(source: Callable[[], timedelta] | None) -> None:
    """Ask `source` for the offset from now on, at most once every quarter of a second."""
    global _source, _kept  # one clock for the process is the point
    _source, _kept = source, (float("-inf"), timedelta())


def _offset() -> timedelta:
    global _kept  # noqa: PLW0603 - the same clock
    if _source is None:
        return timedelta()
    read_at, offset = _kept
    if time.monotonic() - read_at > OFFSET_KEPT_FOR:
        offset = _source()
        _kept = (time.monotonic(), offset)
    return offset
