"""Worker processes of a test: real ones, on the test's database, that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection

PROGRAM = Path(__file__).with_name("work_forever.py")


@dataclass
class Crew:
    process: subprocess.Popen[str]
    pids: list[int] = field(default_factory=list)

    def hire(self) -> int:
        """Start one more worker."""
        assert self.process.stdin and self.process.stdout
        print("fork", file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "the program that forks the workers has ended"
        self.pids.append(int(answer))
        return self.pids[-1]

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.pids.remove(pid)


@contextmanager
def crew(*, now: datetime, mailbox_port: int, mark_after_sending: bool = False, lease_seconds: int = 2) -> Iterator[Crew]:
    """Make workers possible on this test's database; their clock shows `now` at the start."""
    plan = {
        "environment": {"LEASE_SECONDS": str(lease_seconds), "ROCKETSDR_MAILBOX_PORT": str(mailbox_port)},
        "database": connection.settings_dict["NAME"],
        "now": now.isoformat(),
        "inflight_seconds": lease_seconds,
        "mark_after_sending": mark_after_sending,
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, str(PROGRAM), json.dumps(plan)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    with process:
        try:
            yield Crew(process)
        finally:
            process.kill()  # the kernel kills its workers with it
