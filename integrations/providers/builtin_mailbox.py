"""The built-in mailbox: an SMTP server on loopback that keeps every e-mail as a file.

It lets the whole product be tried without an account anywhere. A message is on the disk before its sender hears 250.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable
from typing import cast

from integrations.contracts import SmtpEndpoint
from integrations.mail_folder import ReceivedMail, Store, clear, count, get, messages

__all__ = ["ReceivedMail", "Receiver", "clear", "count", "endpoint", "get", "messages", "serve", "start"]

MAX_BYTES = 10_000_000  # of one message
MAX_COMMAND = 2_048  # bytes of one command line
MAX_LINE = 998  # bytes of one line of a message, without its end (RFC 5321)
MAX_RECIPIENTS = 100
MAX_ERRORS = 20  # of one client, before it is sent away

_PATH = re.compile(rb"<([^<>\s]{0,320})>((?:\s+[!-~]+)*)\s*", re.IGNORECASE)
_LONG_LINE = re.compile(rb"[^\n]{%d}" % (MAX_LINE + 2))
_END = b"\r\n.\r\n"


def endpoint(port: int) -> SmtpEndpoint:
    """Return where the built-in sender hands its mail in."""
    return SmtpEndpoint(host="127.0.0.1", port=port, tls="none")


class _Session(asyncio.Protocol):
    """One client: commands line by line, and after DATA a message up to the line with a dot."""

    def __init__(self, store: Store, *, delay_before_250: float, max_bytes: int, sessions: set[_Session]) -> None:
        self._store, self._delay, self._max_bytes, self._sessions = store, delay_before_250, max_bytes, sessions
        self._buffer = bytearray()
        self._scanned = 0  # where the search for the end of a message goes on
        self._in_data = self._waiting = self._greeted = self._too_large = False
        self._errors = 0
        self._forget()

    def _forget(self) -> None:
        self._mail_from: str | None = None
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._sessions.add(self)
        self._say("220 built-in mailbox ready")

    def connection_lost(self, exc: Exception | None) -> None:
        self._sessions.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._work()

    def hang_up(self, reply: str = "") -> None:
        """End the session."""
        if reply:
            self._say(reply)
        self._waiting = True
        self._transport.close()

    def _work(self) -> None:
        """Do what the buffer allows; a client may send many commands at once."""
        while not self._waiting and (self._take_message() if self._in_data else self._take_command()):
            pass

    def _take_command(self) -> bool:
        end = self._buffer.find(b"\n")
        if end > MAX_COMMAND or (end < 0 and len(self._buffer) > MAX_COMMAND):
            self.hang_up("500 5.5.2 line too long")
            return False
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        verb, _, rest = line.partition(b" ")
        handler = _COMMANDS.get(verb.upper())
        reply = handler(self, rest) if handler else "500 5.5.2 no such command"
        self._answer(reply)
        return True

    def _answer(self, reply: str) -> None:
        self._errors += reply.startswith("5")
        if self._errors > MAX_ERRORS:
            return self.hang_up("421 4.7.0 too many errors")
        if reply:
            self._say(reply)
        return None

    def _say(self, reply: str) -> None:
        self._transport.write(f"{reply}\r\n".encode())

    def _helo(self, rest: bytes) -> str:
        self._greeted = True
        self._forget()
        return "250 built-in mailbox"

    def _ehlo(self, rest: bytes) -> str:
        self._helo(rest)
        return f"250-built-in mailbox\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {self._max_bytes}"

    def _mail(self, rest: bytes) -> str:
        address, options = _path(rest, b"FROM:")
        if address is None:
            return "501 5.5.4 write MAIL FROM:<address>"
        if not self._greeted or self._mail_from is not None:
            return "503 5.5.1 not now"
        size = re.search(rb"\bSIZE=(\d{1,12})\b", options.upper())
        if size and int(size[1]) > self._max_bytes:
            return f"552 5.3.4 at most {self._max_bytes} bytes"
        self._mail_from = address
        return "250 2.1.0 ok"

    def _rcpt(self, rest: bytes) -> str:
        address, _ = _path(rest, b"TO:")
        if self._mail_from is None:
            return "503 5.5.1 MAIL first"
        if not address or "@" not in address:
            return "501 5.1.3 write RCPT TO:<address>"
        if len(self._recipients) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        self._recipients.append(address)
        return "250 2.1.5 ok"

    def _data(self, rest: bytes) -> str:
        if not self._recipients:
            return "503 5.5.1 RCPT first"
        # The message ends with CRLF, dot, CRLF; the first CRLF may be the one that ended DATA.
        self._buffer[:0] = b"\r\n"
        self._in_data, self._scanned, self._too_large = True, 0, False
        return "354 end with a dot"

    def _rset(self, rest: bytes) -> str:
        self._forget()
        return "250 2.0.0 ok"

    def _noop(self, rest: bytes) -> str:
        return "250 2.0.0 ok"

    def _vrfy(self, rest: bytes) -> str:
        return "252 2.1.5 send and see"

    def _quit(self, rest: bytes) -> str:
        self.hang_up("221 2.0.0 bye")
        return ""

    def _take_message(self) -> bool:
        end = self._buffer.find(_END, self._scanned)
        if end < 0:
            if len(self._buffer) > self._max_bytes + len(_END):
                self._too_large = True
                del self._buffer[: -len(_END)]
            self._scanned = max(len(self._buffer) - len(_END) + 1, 0)
            return False
        content = bytes(self._buffer[2 : end + 2])
        del self._buffer[: end + len(_END)]
        self._in_data = False
        reply = self._keep(content)
        self._forget()
        if not self._delay:
            self._answer(reply)
            return True
        self._waiting = True
        asyncio.get_running_loop().call_later(self._delay, self._answer_late, reply)
        return False

    def _answer_late(self, reply: str) -> None:
        self._waiting = False
        self._answer(reply)
        self._work()

    def _keep(self, content: bytes) -> str:
        if self._too_large or len(content) > self._max_bytes:
            return f"552 5.3.4 at most {self._max_bytes} bytes"
        if _LONG_LINE.search(content):
            return f"554 5.6.0 a line has more than {MAX_LINE} bytes"
        lines = b"\r\n" + content
        try:
            mail_id = self._store.keep(self._mail_from or "", self._recipients, lines.replace(b"\r\n..", b"\r\n.")[2:])
        except OSError:
            return "452 4.3.1 the disk does not take it"
        return f"250 2.0.0 kept as {mail_id}"


_COMMANDS: dict[bytes, Callable[[_Session, bytes], str]] = {
    b"HELO": _Session._helo,
    b"EHLO": _Session._ehlo,
    b"MAIL": _Session._mail,
    b"RCPT": _Session._rcpt,
    b"DATA": _Session._data,
    b"RSET": _Session._rset,
    b"NOOP": _Session._noop,
    b"VRFY": _Session._vrfy,
    b"QUIT": _Session._quit,
}


def _path(rest: bytes, word: bytes) -> tuple[str | None, bytes]:
    """Return the address of MAIL FROM:<…> or RCPT TO:<…>, and what options follow."""
    match = _PATH.fullmatch(rest[len(word) :].strip()) if rest[: len(word)].upper() == word else None
    return (match[1].decode("utf-8", "replace"), match[2]) if match else (None, b"")


class Receiver:
    """A running mailbox server."""

    def __init__(self, server: asyncio.Server, sessions: set[_Session]) -> None:
        self._server, self._sessions = server, sessions
        self.port: int = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and send every client away; what was answered with 250 is kept."""
        self._server.close()
        for session in list(self._sessions):
            session.hang_up("421 4.3.2 closing")
        await self._server.wait_closed()


async def start(
    directory: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0, delay_before_250: float = 0.0, max_bytes: int = MAX_BYTES
) -> Receiver:
    """Listen for mail and keep it in a folder. `delay_before_250` (seconds) holds the answer back after the message is kept."""
    store, sessions = Store(directory), set[_Session]()
    loop = asyncio.get_running_loop()

    def session() -> _Session:
        return _Session(store, delay_before_250=delay_before_250, max_bytes=max_bytes, sessions=sessions)

    return Receiver(await loop.create_server(session, host, port), sessions)


def serve(
    directory: str | os.PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    delay_before_250: float = 0.0,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Receive mail until SIGTERM or SIGINT; `ready` is told the port."""

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        receiver = await start(directory, host=host, port=port, delay_before_250=delay_before_250)
        if ready:
            ready(receiver.port)
        await stop.wait()
        await receiver.stop()

    asyncio.run(run())
