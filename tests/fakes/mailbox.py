"""The built-in mailbox in a thread of the test, and a mail server that says what a test tells it to."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from integrations.providers import builtin_mailbox


@contextmanager
def running_mailbox(directory: Path, *, delay_before_250: float = 0.0, max_bytes: int = builtin_mailbox.MAX_BYTES) -> Iterator[int]:
    """Run the built-in mailbox; give its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = builtin_mailbox.start(directory, delay_before_250=delay_before_250, max_bytes=max_bytes)
    receiver = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    try:
        yield receiver.port
    finally:
        asyncio.run_coroutine_threadsafe(receiver.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


Reply = str | Callable[[socket.socket], None]


@dataclass
class ScriptedServer:
    """An SMTP server whose answers a test writes: by verb, `.` for the end of a message, `connect` for the greeting.

    An answer is a text without its line end, a list of texts for one time after another (the last stays), or a function of the
    socket. `said` keeps every line of the client.
    """

    answers: Mapping[str, Reply | list[Reply]]
    said: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._turns: dict[str, int] = {}

    def _answer(self, verb: str, client: socket.socket) -> str:
        found = self.answers.get(verb, {"DATA": "354 go", "QUIT": "221 bye", "connect": "220 hi"}.get(verb, "250 ok"))
        if isinstance(found, list):
            turn = self._turns.get(verb, 0)
            self._turns[verb] = turn + 1
            found = found[min(turn, len(found) - 1)]
        if not isinstance(found, str):
            found(client)
            return ""
        if found:
            client.sendall(found.encode() + b"\r\n")
        return found

    def _talk(self, client: socket.socket) -> None:
        self.connections += 1
        in_data = False
        self._answer("connect", client)
        for raw in client.makefile("rb"):
            line = raw.decode().rstrip("\r\n")
            if in_data and line != ".":
                continue
            self.said.append(line)
            verb = "." if in_data else line.split(" ")[0].split(":")[0].upper()
            in_data = self._answer(verb, client).startswith("354") and verb == "DATA"

    def listen(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                try:
                    self._talk(client)
                except (OSError, ValueError):
                    continue


@contextmanager
def scripted_server(answers: Mapping[str, Reply | list[Reply]] | None = None) -> Iterator[ScriptedServer]:
    """Run a scripted mail server."""
    server = ScriptedServer(answers or {})
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    thread = threading.Thread(target=server.listen, args=[listener], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
