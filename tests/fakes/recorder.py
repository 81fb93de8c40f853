"""A real SMTP server on loopback that records every DATA it is given, taken or refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKES = "250 2.0.0 kept"
LATER = "451 4.3.0 come again later"


@dataclass(frozen=True, slots=True)
class Data:
    """One message that a client handed over after DATA, and what it was told."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    answer: str


@dataclass
class Recorder:
    """`answer` is what the next DATA is told; a test may change it at any time."""

    answer: str = TAKES
    port: int = 0
    _arrived: list[Data] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that aiosmtpd calls
        content = cast("bytes", envelope.content)
        self._arrived.append(Data(str(envelope.mail_from), tuple(envelope.rcpt_tos), content, self.answer))
        return self.answer

    def take(self) -> list[Data]:
        """Return what has arrived since the last time."""
        arrived, self._arrived = self._arrived, []
        return arrived


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_recorder() -> Iterator[Recorder]:
    """Run the recorder; its port is on it."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it says every line of every client
    recorder = Recorder()
    controller = _OnAFreePort(recorder, hostname="127.0.0.1", port=0)
    controller.start()
    recorder.port = controller.port
    try:
        yield recorder
    finally:
        controller.stop()
