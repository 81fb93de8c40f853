"""What `make run` starts, as a newcomer has it: a port, an address, and a key made with the command that it prints."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rocketsdr.embedded.children import dying_with_us

PROJECT = Path(__file__).resolve().parent.parent.parent
SAMPLE = "Analytics Suite"  # the product that a first start makes
SECONDS_TO_STOP = 60.0


class NotStarted(Exception):
    """The installation ended before it served anything; the message is what it said."""


@dataclass(frozen=True)
class Installation:
    url: str
    key: str = field(repr=False)
    owner: str
    password: str = field(repr=False)


@contextmanager
def running() -> Iterator[Installation]:
    """Run an installation in the home of this process, and stop it like Ctrl-C does."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches only us, and we stop it in order
        preexec_fn=dying_with_us(signal.SIGTERM),  # noqa: PLW1509 - this program has one thread
    )
    try:
        said = _welcome(process)
        (workspace,) = re.findall(r"issue_api_key (\d+)", said)
        ((owner, password),) = re.findall(r"(\S+@\S+) with the password (\S+)", said)
        yield Installation(f"http://127.0.0.1:{port}/api/mcp", _key(workspace), owner, password)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS_TO_STOP)


def _welcome(process: subprocess.Popen[str]) -> str:
    """Read what the installation prints until it serves: its login, and how a key is made."""
    said = ""
    for line in process.stdout or ():
        said += line
        if "A first request" in line:
            return said
    raise NotStarted(said)


def _key(workspace: str) -> str:
    command = [sys.executable, "manage.py", "issue_api_key", workspace, "--name", "Clients"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own program


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
