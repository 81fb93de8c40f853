"""Connections on which the server speaks first: the GET stream of the handshake era, and what subscriptions/listen opens.

A stream lives in the event loop, asks again and again whether its credential is still good and what has changed for it, and holds no
database connection between. It needs no wake-up from whoever changes something, so it tells of changes made on every host.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

from mcp_gateway import auth, wire
from mcp_gateway.auth import Credentials
from mcp_gateway.protocol import Watch
from rocketsdr.lib.clock import now

ALIVE_EVERY = 15.0  # seconds between two comments
CHECK_EVERY = 5.0  # seconds between two looks at the credential and at what it watches; a revoked one is cut off well within 15
MOST_PER_CREDENTIAL = 16  # open streams in one process

_open: Counter[str] = Counter()


def has_room(credential: str) -> bool:
    """Say whether this credential may open one more stream in this process."""
    return _open[credential] < MOST_PER_CREDENTIAL


def open_stream(credentials: Credentials, credential: str, watch: Watch, *, first: bytes = b"", last: bytes = b"") -> StreamingHttpResponse:
    """Answer with a stream that lasts until the client leaves or the credential ends.

    `first` is the message that opens it, `last` the one that says it has ended; a handshake stream has neither.
    """
    connections.close_all()  # the request's thread would hold its connection for as long as the stream lasts
    return StreamingHttpResponse(
        _events(credentials, credential, watch, first, last),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(credentials: Credentials, credential: str, watch: Watch, first: bytes, last: bytes) -> AsyncIterator[bytes]:
    if not has_room(credential):
        return  # many were asked for at once, and each saw the last place free
    with _counted(credential):
        yield wire.event(first) if first else wire.ALIVE
        silent = 0.0
        while (changes := await sync_to_async(_look)(credentials, watch)) is not None:
            for change in changes:
                yield wire.event(change)
            silent = 0.0 if changes else silent + CHECK_EVERY
            if silent > ALIVE_EVERY:
                yield wire.ALIVE
                silent = 0.0
            await asyncio.sleep(CHECK_EVERY)
        if last:
            yield wire.event(last)


@contextmanager
def _counted(credential: str) -> Iterator[None]:
    _open[credential] += 1
    try:
        yield
    finally:
        _open[credential] -= 1
        if not _open[credential]:
            del _open[credential]


def _look(credentials: Credentials, watch: Watch) -> list[bytes] | None:
    """Return what has changed for this credential; None once it is good no more."""
    try:
        actor = auth.actor_of(credentials, now=now())
        return watch.look(actor) if actor is not None else None
    finally:
        connections.close_all()
