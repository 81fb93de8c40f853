"""How far long work is: told by whoever does it, heard by whoever waits for it, and by nobody where nobody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Sink = Callable[[int, int | None, str], None]

EVERY = 1.0  # seconds between two reports that a sparing sink lets through


def _nobody_hears(_done: int, _total: int | None, _message: str) -> None:
    """Drop what is told where nobody waits."""


_sink: ContextVar[Sink] = ContextVar("progress", default=_nobody_hears)


def report(done: int, total: int | None, message: str) -> None:
    """Say that `done` of `total` is done (None: nobody knows of how much), and in one sentence what is being done."""
    _sink.get()(done, total, message)


@contextmanager
def to(sink: Sink) -> Iterator[None]:
    """Hand what is reported inside to `sink`, which may raise to stop the work."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def sparing(sink: Sink, *, every: float = EVERY, clock: Callable[[], float] = time.monotonic) -> Sink:
    """Return a sink that passes on the first report, the last one, and of those between only one in `every` seconds."""
    told_at = float("-inf")

    def pass_on(done: int, total: int | None, message: str) -> None:
        nonlocal told_at
        at = clock()
        if done == total or at - told_at >= every:
            told_at = at
            sink(done, total, message)

    return pass_on
