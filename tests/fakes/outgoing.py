"""A recording transport: every byte that this process sends over a network, by whatever library."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Outgoing:
    """What was sent, in its order."""

    sent: list[bytes] = field(default_factory=list)

    def holds(self, text: str) -> bool:
        """Say whether this went out, in one piece or several."""
        return text.encode() in b"".join(self.sent)


def recorded(monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    """Record from now on until the test ends; sockets of this machine's own services, which are files, are no network."""
    outgoing = Outgoing()
    for name in ("send", "sendall"):
        monkeypatch.setattr(socket.socket, name, _recording(getattr(socket.socket, name), outgoing))
    return outgoing


def _recording(original: Any, outgoing: Outgoing) -> Any:
    def send(self: socket.socket, data: Any, *args: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            outgoing.sent.append(bytes(data))
        return original(self, data, *args)

    return send
