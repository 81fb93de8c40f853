from __future__ import annotations

import socket

import httpx2
import pytest

from rocketsdr.lib import http
from tests.fakes.publisher import HOST, publishing
from tests.oauth import Flow


@pytest.fixture
def flow(owner, db) -> Flow:
    """The client `rocketsdr`, and the owner of our workspace at the browser."""
    return Flow().sign_in(owner)


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A publisher of client metadata that this server may reach, though it is on loopback."""
    with publishing(tmp_path) as publisher:
        monkeypatch.setattr(http, "_trust", lambda: publisher.trust)
        monkeypatch.setattr(http, "resolve", lambda host, port: {HOST: ["127.0.0.1"]}[host])
        yield publisher


class Outside:
    """The world outside: what its names lead to, which of them were looked up, and how often anybody connected."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.looked_up: list[str] = []
        self.connections = 0

    def getaddrinfo(self, host, port, *_, **__):
        self.looked_up.append(host)
        if host in self.names:
            return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in self.names[host]]
        return self.real(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)

    async def connect(self, *_: object, **__: object) -> None:
        self.connections += 1
        raise httpx2.ConnectError("nobody is there")

    real = staticmethod(socket.getaddrinfo)


@pytest.fixture
def outside(monkeypatch):
    """Count what is looked up and what is connected to; nothing of it leaves."""
    made = Outside()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", made.connect)
    return made
