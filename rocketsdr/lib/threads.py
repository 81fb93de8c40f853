"""The threads that answer requests: as few as keep the interpreter busy, more of them while those only wait.

Threads share the interpreter's lock. Two of them answer quick calls a tenth faster than eight, which wake each other up for nothing and
keep as many connections to the database warm. What waits for a slow statement or another server holds the lock for nobody, and then
another thread joins, up to the limit; one leaves again when they have been in each other's way for a second.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread

from django.db import connections

FEW = 2
LOOKED_AT_EVERY = 0.02  # seconds, while jobs wait
BUSY = 0.8  # of a core, used by this process
BUSY_LOOKS = 50  # so many one after the other make a thread leave
IDLE_WITHIN = 30.0  # seconds that the threads get at the end to finish what they do


class Threads:
    """Threads that do one job after the other; the library's pool takes locks and makes two futures for each, as dear as a query."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._few = min(FEW, most)
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[Thread] = []  # those that were told to leave included
        self._number = 0  # of those that stay
        self._finished: _Finished | None = None
        self._load = _Load()
        self._looked_at_by: asyncio.AbstractEventLoop | None = None
        self._busy_looks = 0

    async def run(self, job: Callable[[], bytes]) -> bytes:
        """Do the job in one of the threads and return what it returns."""
        loop = asyncio.get_running_loop()
        if self._finished is None or self._finished.loop is not loop:
            self._finished = _Finished(loop)
        while self._number < self._few:
            self._hire()
        done: asyncio.Future[bytes] = loop.create_future()
        self._jobs.put(partial(_do, job, self._finished, done))
        if self._looked_at_by is not loop:
            self._looked_at_by, self._busy_looks = loop, 0
            self._load.begin()
            loop.call_later(LOOKED_AT_EVERY, self._look, loop)
        return await done

    def close(self) -> None:
        """Let each thread finish what it does and give its database connection back."""
        for _ in range(self._number):
            self._jobs.put(None)
        self._number = 0
        deadline = time.monotonic() + IDLE_WITHIN
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have one thread more where jobs wait and nobody computes, one less where they have computed without a pause."""
        if self._jobs.empty():
            self._looked_at_by = None
            return
        loop.call_later(LOOKED_AT_EVERY, self._look, loop)
        self._busy_looks = self._busy_looks + 1 if self._load.since() >= BUSY else 0
        if not self._busy_looks and self._number < self._most:
            self._hire()
        elif self._busy_looks >= BUSY_LOOKS and self._number > self._few:
            self._number, self._busy_looks = self._number - 1, 0
            self._jobs.put(None)

    def _hire(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = Thread(target=self._work, name=f"request_{self._number}", daemon=True)
        thread.start()
        self._threads.append(thread)
        self._number += 1

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
        connections.close_all()


class _Load:
    """How much of a core this process uses."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._used, self._at = time.process_time(), time.perf_counter()

    def since(self) -> float:
        """Return the share of a core that was used since the last time."""
        used, at = self._used, self._at
        self.begin()
        return (self._used - used) / max(self._at - at, 1e-6)


class _Finished:
    """What the threads have done, on its way back to the loop: one call wakes it for all of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._settling: deque[Callable[[], None]] = deque()
        self._is_called = False

    def add(self, settle: Callable[[], None]) -> None:
        """Have the loop settle a future; a loop that has ended waits for none."""
        self._settling.append(settle)
        if not self._is_called:
            self._is_called = True
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._settle_all)

    def _settle_all(self) -> None:
        self._is_called = False  # first: what is added from here on calls again
        while self._settling:
            self._settling.popleft()()


def _do(job: Callable[[], bytes], finished: _Finished, done: asyncio.Future[bytes]) -> None:
    """Do the job and hand its result, or what it has raised, to the loop."""
    try:
        finished.add(partial(_settle, done, job()))
    except BaseException as error:  # noqa: BLE001 - whoever awaits the job gets it
        finished.add(partial(_fail, done, error))


def _settle(done: asyncio.Future[bytes], result: bytes) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[bytes], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
