"""The web process: one ASGI front for both of Django's handlers.

An ordinary request is read whole, then answered by the WSGI handler in one hop to a thread, which is two to three times as fast as
Django's own way through ASGI. Only a GET that asks for a stream of events goes to the ASGI handler: it holds no thread while it waits.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.dispatch import receiver

from rocketsdr import embedded

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]

LARGEST_BODY = 8 * 1024 * 1024
IN_MEMORY = 512 * 1024  # bytes of a body; a longer one goes to a file
STALLED_AFTER = 60.0  # seconds that a client may leave a streamed answer unread before it loses the connection
IDLE_WITHIN = 30.0  # seconds that the threads get at the end to finish what they do


class Disconnected(Exception):
    """The client went away, or stopped reading."""


class Front:
    """The ASGI application: decides for each request which handler answers it."""

    def __init__(self, *, wsgi: Callable[..., Any], asgi: Callable[[Scope, Receive, Send], Awaitable[None]], threads: int) -> None:
        self._wsgi = wsgi
        self._asgi = asgi
        self._threads = threads
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif _asks_for_events(scope):
            await self._asgi(scope, receive, send)
        else:
            with suppress(Disconnected):
                await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await asyncio.get_running_loop().run_in_executor(None, self._close)
        await send({"type": "lifespan.shutdown.complete"})

    def _close(self) -> None:
        """Let every thread finish and give its database connection back."""
        together = threading.Barrier(self._threads, timeout=IDLE_WITHIN)
        for _ in range(self._threads):
            self._pool.submit(_close_connections, together)
        self._pool.shutdown()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with _read_body(scope, receive) as (body, length):
            loop = asyncio.get_running_loop()
            exchange = _Exchange(loop, receive, send)
            try:
                last = await loop.run_in_executor(self._pool, exchange.run, self._wsgi, _environ(scope, body, length))
                await exchange.send(last)
            finally:
                exchange.stop_listening()


@dataclass
class _Exchange:
    """One request on its way through a thread. A whole answer returns to the loop in one piece, a stream is handed over part by part."""

    loop: asyncio.AbstractEventLoop
    receive: Receive
    write: Send
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    started: bool = False
    gone: asyncio.Future[Message] | None = None

    def run(self, wsgi: Callable[..., Any], environ: dict[str, Any]) -> bytes:
        """Answer the request in this thread; return what the loop still has to send."""
        response = wsgi(environ, self._start)
        try:
            if not response.streaming:
                return b"".join(response)
            self._stream(response)
        finally:
            response.close()
        return b""

    def _start(self, status: str, headers: Headers, exc_info: object = None) -> None:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def _stream(self, parts: Iterable[bytes]) -> None:
        for part in parts:
            handed_over = asyncio.run_coroutine_threadsafe(self._send_part(part), self.loop)
            try:
                handed_over.result(STALLED_AFTER)
            except TimeoutError:
                handed_over.cancel()
                raise Disconnected from None

    async def _send_part(self, part: bytes) -> None:
        if self.gone is None:
            self.gone = asyncio.ensure_future(self.receive())
        if self.gone.done():
            raise Disconnected
        await self.send(part, more=True)

    async def send(self, body: bytes, *, more: bool = False) -> None:
        """Send a part of the answer, the last one unless there is more; status and headers go before the first."""
        if not self.started:
            self.started = True
            await self.write({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await self.write({"type": "http.response.body", "body": body, "more_body": more})

    def stop_listening(self) -> None:
        if self.gone is not None:
            self.gone.cancel()


def _asks_for_events(scope: Scope) -> bool:
    return scope["method"] == "GET" and any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])


@asynccontextmanager
async def _read_body(scope: Scope, receive: Receive) -> AsyncIterator[tuple[IO[bytes], int]]:
    """Give the request's body and its length.

    A body past the limit is not read on: Django gets its length and no bytes, and the view refuses it in its own way.
    """
    declared = int(next((value for name, value in scope["headers"] if name == b"content-length"), 0))
    first, more = (b"", False) if declared > LARGEST_BODY else await _receive_part(receive)
    if not more:
        yield io.BytesIO(first), max(declared, len(first))
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        body.write(first)
        while more and body.tell() <= LARGEST_BODY:
            part, more = await _receive_part(receive)
            body.write(part)
        length = body.tell()
        body.seek(0)
        if more:
            body.truncate()
        yield body, length


async def _receive_part(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)


def _environ(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """Say in WSGI's words what the ASGI scope says."""
    root, path = scope.get("root_path", ""), scope["path"]
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    return {
        **_header_variables(scope["headers"]),
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.encode().decode("latin-1"),
        "PATH_INFO": path.removeprefix(root).encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_LENGTH": str(length),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _header_variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Name the headers as WSGI does; one with an underscore could pass for another, so it is dropped."""
    variables: dict[str, str] = {}
    for raw, value in headers:
        if b"_" in raw:
            continue
        name = raw.decode("latin-1").upper().replace("-", "_")
        variable = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        between = "; " if name == "COOKIE" else ","
        text = value.decode("latin-1")
        variables[variable] = f"{variables[variable]}{between}{text}" if variable in variables else text
    return variables


def _close_connections(together: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        together.wait()
    connections.close_all()


@receiver(request_finished, sender=ASGIHandler)
def _release(**_: object) -> None:
    """Close what a request of the ASGI handler has opened: its thread ends with it, so nobody could use the connection again."""
    connections.close_all()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
embedded.join()
application = Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=settings.WEB_THREADS)
