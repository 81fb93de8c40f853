"""The GET stream: a connection on which the server may speak first. Today it only says that it is alive.

It lives in the event loop, asks again and again whether its credential is still good, and holds no database connection between.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

from mcp_gateway import auth
from mcp_gateway.auth import Credentials
from rocketsdr.lib.clock import now

ALIVE_EVERY = 15.0  # seconds between two comments
CHECK_EVERY = 5.0  # seconds between two looks at the credential; a revoked one is cut off well within 15
MOST_PER_CREDENTIAL = 16  # open streams in one process

ALIVE = b": alive\n\n"

_open: Counter[str] = Counter()


def has_room(credential: str) -> bool:
    """Say whether this credential may open one more stream in this process."""
    return _open[credential] < MOST_PER_CREDENTIAL


def open_stream(credentials: Credentials, credential: str) -> StreamingHttpResponse:
    """Answer with a stream that lasts until the client leaves or the credential ends."""
    connections.close_all()  # the request's thread would hold its connection for as long as the stream lasts
    return StreamingHttpResponse(
        _alive(credentials, credential),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _alive(credentials: Credentials, credential: str) -> AsyncIterator[bytes]:
    with _counted(credential):
        yield ALIVE
        silent = 0.0
        while await sync_to_async(_is_good)(credentials):
            if silent >= ALIVE_EVERY:
                yield ALIVE
                silent = 0.0
            await asyncio.sleep(CHECK_EVERY)
            silent += CHECK_EVERY


@contextmanager
def _counted(credential: str) -> Iterator[None]:
    _open[credential] += 1
    try:
        yield
    finally:
        _open[credential] -= 1
        if not _open[credential]:
            del _open[credential]


def _is_good(credentials: Credentials) -> bool:
    try:
        return auth.actor_of(credentials, now=now()) is not None
    finally:
        connections.close_all()
