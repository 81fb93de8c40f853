"""The web process: one ASGI front for Django's handlers.

An ordinary request is read whole, then answered by a WSGI handler in one hop to a thread, which is two to three times as fast as
Django's own way through ASGI. Only what asks for a stream of events that lasts goes to the ASGI handler: it holds no thread while it waits.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.dispatch import receiver

from rocketsdr import embedded
from rocketsdr.api_handler import ApiHandler, McpDoor, is_for_programs
from rocketsdr.lib.log_lines import RedactArguments
from rocketsdr.lib.threads import Threads

if TYPE_CHECKING:
    from mcp_gateway.incoming import Incoming

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]
Wsgi = Callable[..., Any]

LARGEST_BODY = 8 * 1024 * 1024
IN_MEMORY = 512 * 1024  # bytes of a body; a longer one goes to a file
STALLED_AFTER = 60.0  # seconds that a client may leave a streamed answer unread before it loses the connection


class Disconnected(Exception):
    """The client went away, or stopped reading."""


class Front:
    """The ASGI application: decides for each request which handler answers it."""

    def __init__(
        self,
        *,
        wsgi: Wsgi,
        asgi: Callable[[Scope, Receive, Send], Awaitable[None]],
        threads: int,
        api: Wsgi | None = None,
        mcp: McpDoor | None = None,
    ) -> None:
        self._wsgi = wsgi
        self._api = api or wsgi
        self._mcp = mcp
        self._asgi = asgi
        self._threads = Threads(threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif _asks_for_events(scope):
            headers = [(name, _legible(name, value)) for name, value in scope["headers"]]
            await self._asgi({**scope, "headers": headers}, _bounded(receive), send)
        else:
            with suppress(Disconnected):
                await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await asyncio.get_running_loop().run_in_executor(None, self._close)
        await send({"type": "lifespan.shutdown.complete"})

    def _close(self) -> None:
        """Let every thread finish, and store what waits to be stored."""
        from mcp_gateway import records

        self._threads.close()
        records.close()
        connections.close_all()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, length = await _read_body(scope, receive)
        with body:
            exchange = _Exchange(asyncio.get_running_loop(), receive, send)
            try:
                await exchange.send(await self._threads.run(self._job(exchange, scope, body, length)))
            finally:
                exchange.stop_listening()

    def _job(self, exchange: _Exchange, scope: Scope, body: IO[bytes], length: int) -> Callable[[], bytes]:
        """Return what a thread has to do to answer the request."""
        if self._mcp is not None and self._mcp.opens(scope["method"], scope["path"]):
            return partial(exchange.pass_to, self._mcp, scope, body, length)
        handler = self._api if is_for_programs(scope["path"]) else self._wsgi
        return partial(exchange.run, handler, _environ(scope, body, length))


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

    def pass_to(self, mcp: McpDoor, scope: Scope, body: IO[bytes], length: int) -> bytes:
        """Have the endpoint of MCP answer the request in this thread; return what the loop still has to send."""
        answer = mcp.answer(_incoming(scope, body, length))
        fields = answer.headers if answer.events is not None else {**answer.headers, "Content-Length": str(len(answer.body))}
        self.status = answer.status
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        if answer.events is not None:
            with closing(answer.events):
                self._stream(answer.events)
        return answer.body

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
    """Say whether the answer is a stream that lasts: a GET for events, or a request of MCP to listen."""
    if scope["method"] == "GET":
        return any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])
    return scope["method"] == "POST" and (b"mcp-method", b"subscriptions/listen") in scope["headers"]


def _bounded(receive: Receive) -> Receive:
    """Hang up on a body past the limit: Django's handler would put all of it on the disk before anybody asks who sends it."""
    taken = 0

    async def receive_part() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= LARGEST_BODY else {"type": "http.disconnect"}

    return receive_part


async def _read_body(scope: Scope, receive: Receive) -> tuple[IO[bytes], int]:
    """Return the request's body and its length.

    A body past the limit is not read on: Django gets its length and no bytes, and the view refuses it in its own way.
    """
    declared = int(next((value for name, value in scope["headers"] if name == b"content-length"), 0))
    first, more = (b"", False) if declared > LARGEST_BODY else await _receive_part(receive)
    if not more:
        return io.BytesIO(first), max(declared, len(first))
    body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever answers the request closes it
    try:
        return body, await _read_on(body, first, receive)
    except BaseException:
        body.close()
        raise


async def _read_on(body: IO[bytes], first: bytes, receive: Receive) -> int:
    """Read the rest of a body that comes in parts; return its length."""
    body.write(first)
    more = True
    while more and body.tell() <= LARGEST_BODY:
        part, more = await _receive_part(receive)
        body.write(part)
    length = body.tell()
    body.seek(0)
    if more:
        body.truncate()
    return length


async def _receive_part(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)


def _incoming(scope: Scope, body: IO[bytes], length: int) -> Incoming:
    """Say what the endpoint of MCP has to know of the request; a body over the limit is not read."""
    from mcp_gateway.incoming import Headers, Incoming

    headers = Headers.of(scope["headers"])
    server = scope.get("server") or ("localhost", 80)
    return Incoming(
        method=scope["method"],
        path=scope["path"],
        scheme=_scheme(scope, headers),
        server=f"{server[0]}:{server[1]}",
        headers=headers,
        payload=body.read() if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE else None,
    )


def _scheme(scope: Scope, headers: Mapping[str, str]) -> str:
    """Return what the client has used, as the proxy says where one is trusted."""
    if settings.SECURE_PROXY_SSL_HEADER:
        variable, secure = settings.SECURE_PROXY_SSL_HEADER
        said = headers.get(variable.removeprefix("HTTP_").replace("_", "-").lower())
        if said is not None:
            return "https" if said.partition(",")[0].strip() == secure else "http"
    return "https" if scope.get("scheme") in {"https", "wss"} else "http"  # a server that reads proxies' headers takes any word from them


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
        variable, text = _variable(raw), _legible(raw, value).decode("latin-1")
        if variable in variables:
            text = f"{variables[variable]}{'; ' if variable == 'HTTP_COOKIE' else ','}{text}"
        if variable:
            variables[variable] = text
    return variables


def _legible(name: bytes, value: bytes) -> bytes:
    """Leave out the parameters of a Content-Type that are written by RFC 2231: Django makes no request of an unknown encoding."""
    return value.partition(b";")[0] if b"*" in value and name.lower() == b"content-type" else value


@lru_cache(maxsize=256)
def _variable(raw: bytes) -> str:
    """Return the name of a header as WSGI has it, empty for one that is dropped."""
    if b"_" in raw:
        return ""
    name = raw.decode("latin-1").upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


@receiver(request_finished, sender=ASGIHandler)
def _release(**_: object) -> None:
    """Close what a request of the ASGI handler has opened: its thread ends with it, so nobody could use the connection again."""
    connections.close_all()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
embedded.join()
logging.getLogger("uvicorn.access").addFilter(RedactArguments())  # for whoever switches it on: a key in an address is no key, but stays one
application = Front(wsgi=get_wsgi_application(), api=ApiHandler(), mcp=McpDoor(), asgi=get_asgi_application(), threads=settings.WEB_THREADS)
