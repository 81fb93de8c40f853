"""Answers that begin before they are finished: what a call says meanwhile reaches the client at once, its response ends the stream."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from django.db import connections

from mcp_gateway import wire

ALIVE_EVERY = 15.0  # seconds of silence after which the stream says that it is alive
MOST = 32  # calls at a time in one process: each has a thread and a database connection, also when its client has left

_free = BoundedSemaphore(MOST)


def events(call: Callable[[Callable[[bytes], None]], bytes]) -> Generator[bytes, None, None]:
    """Make the call in a thread of its own; yield what it emits as it comes, then what it returns.

    A client that goes away ends the stream, not the call: what the call has begun is carried to its end, once.
    """
    said: SimpleQueue[bytes | None] = SimpleQueue()
    _free.acquire()
    thread = Thread(target=_run, args=(call, said), name="live-call", daemon=True)
    thread.start()
    while True:
        with suppress(Empty):
            message = said.get(timeout=ALIVE_EVERY)
            if message is None:
                return
            yield wire.event(message)
            continue
        yield wire.ALIVE


def _run(call: Callable[[Callable[[bytes], None]], bytes], said: SimpleQueue[bytes | None]) -> None:
    try:
        said.put(call(said.put))
    finally:
        connections.close_all()
        _free.release()
        said.put(None)
