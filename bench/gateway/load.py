"""The clients: connections that each send the next request as soon as the last one is answered, in one process without threads."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECTIONS = 16
HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length:"


class BadAnswer(SystemExit):
    """A server did not answer as it has to; nothing is compared then."""


@dataclass(frozen=True)
class Figures:
    """What one stretch of load has shown; times in milliseconds."""

    calls_s: float
    p50: float
    p99: float
    own_share: float  # of a core that the clients themselves took
    cpu_ms: float  # of the server, for each call


class _Client:
    """One connection and the answer that it is getting."""

    def __init__(self, port: int, request: bytes) -> None:
        self.request = request
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.buffer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Take what has come; say whether the answer is whole."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise BadAnswer(f"The server closed the connection after {self.buffer[:200]!r}.")
        self.buffer = self.buffer + part if self.buffer else part
        head = self.buffer.find(HEAD_ENDS)
        return head >= 0 and len(self.buffer) >= head + 4 + _length(self.buffer[:head])

    def check(self) -> None:
        start = self.buffer.find(HEAD_ENDS)
        has_result = self.buffer.find(b'"result":', start, start + 60) > 0
        if not (self.buffer.startswith(b"HTTP/1.1 200") and has_result) or b'"isError":true' in self.buffer:
            raise BadAnswer(f"The server answered {self.buffer[:1000]!r}.")


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(LENGTH)
    if start < 0:
        raise BadAnswer(f"The answer does not say how long it is: {head!r}.")
    return int(lowered[start + len(LENGTH) :].split(b"\r\n", 1)[0])


def run(port: int, request: bytes, *, seconds: float, warm_up: float = 0.0, cpu_of: Callable[[], float] = lambda: 0.0) -> Figures:
    """Put the server under load for some seconds; the answers of the warm-up do not count. `cpu_of` says what the server has used."""
    clients = [_Client(port, request) for _ in range(CONNECTIONS)]
    try:
        if warm_up:
            _drive(clients, warm_up)
        cpu, wall, used = time.process_time(), time.perf_counter(), cpu_of()
        times = sorted(_drive(clients, seconds))
        wall, cpu, used = time.perf_counter() - wall, time.process_time() - cpu, cpu_of() - used
    finally:
        for client in clients:
            client.socket.close()
    p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
    return Figures(len(times) / wall, p50, p99, cpu / wall, used / len(times) * 1000)


def _drive(clients: list[_Client], seconds: float) -> list[float]:
    """Keep every connection busy until then, and wait for the last answers; return how long each took."""
    times: list[float] = []
    waiting = select.epoll()
    by_number = {client.socket.fileno(): client for client in clients}
    for number, client in by_number.items():
        waiting.register(number, select.EPOLLIN)
        client.send()
    open_ones, end = len(clients), time.perf_counter() + seconds
    while open_ones:
        ready = waiting.poll(30)
        if not ready:
            raise BadAnswer("No server answers take 30 seconds: it hangs.")
        for number, _ in ready:
            client = by_number[number]
            if not client.receive():
                continue
            at = time.perf_counter()
            times.append(at - client.sent_at)
            client.check()
            if at < end:
                client.send()
            else:
                open_ones -= 1
    waiting.close()
    return times
