"""One server of a home: started, watched and stopped by the supervisor."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from rocketsdr.embedded import locks, places
from rocketsdr.embedded.children import dying_with_us
from rocketsdr.embedded.errors import NotStarted
from rocketsdr.embedded.programs import clean_environment

SECONDS_TO_START = 300.0  # PostgreSQL may have a crash to recover from
SECONDS_TO_STOP = 30.0
SECONDS_OF_GRACE = 10.0
COMPLAINT = re.compile(r"FATAL|PANIC|ERROR|FAILED|error:")


@dataclass(frozen=True)
class Plan:
    """What the supervisor of a home is to start."""

    home: Path
    postgres: Path
    redis: Path
    fsync: bool


class Service:
    """One server process; it and its children hold its lock, so that the kernel tells when the last of them is gone."""

    name: str
    label: str
    stop_signal: signal.Signals

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sockets = places.sockets(plan.home)
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.early_ends = 0
        self.log_offset = 0

    def prepare(self, lock: int) -> None:
        """Make ready what the server needs, before it starts; a program run for that inherits the lock."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def configuration(self) -> bytes:
        """Return what the server reads from its standard input."""
        return b""

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Start the server once everything of an earlier one is gone."""
        lock = self._lock()
        try:
            self.prepare(lock)
            self.process = self._spawn(lock)
            os.ftruncate(lock, os.pwrite(lock, str(self.process.pid).encode(), 0))
        finally:
            os.close(lock)
        self.started_at = time.monotonic()

    def await_ready(self) -> None:
        """Return when the server answers; a server that ended or takes too long is an error with its last words."""
        while not self.is_ready():
            if not self.is_running():
                raise NotStarted(f"{self.label} did not start: {self.last_words()}")
            if self.age() > SECONDS_TO_START:
                raise NotStarted(f"{self.label} did not answer within {SECONDS_TO_START:.0f} s: {self.last_words()}")
            time.sleep(locks.PAUSE / 2)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def age(self) -> float:
        return time.monotonic() - self.started_at

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.send_signal(self.stop_signal)

    def await_stop(self) -> None:
        """Return when the server is gone; one that does not go in time is killed."""
        if self.process is None:
            return
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """Return the last complaint in the log of this start, else its last line."""
        path = places.log_file(self.plan.home, self.name)
        lines = places.last_lines(path, since=self.log_offset, count=50) or ["it said nothing"]
        complaints = [line for line in lines if COMPLAINT.search(line)]
        return f"{(complaints or lines)[-1]} (log: {path})"

    def run(self, command: list[str], lock: int, *, told: str = "") -> str:
        """Run a program to its end under the service's lock and return what it said; a failure is an error with its last line."""
        done = subprocess.run(  # noqa: S603 - the programs of the plan
            command,
            input=told,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=self.plan.home,
            env=clean_environment(),
            pass_fds=[lock],
            preexec_fn=dying_with_us(signal.SIGKILL),
        )
        with places.open_log(self.plan.home, self.name) as log:
            log.write(done.stdout.encode())
        if done.returncode != 0:
            raise NotStarted(f"{self.label} did not start: {self.last_words()}")
        return done.stdout

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        with places.open_log(self.plan.home, self.name) as log:
            self.log_offset = os.fstat(log.fileno()).st_size
            process = subprocess.Popen(  # noqa: S603 - the programs of the plan
                self.command(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.plan.home,
                env=clean_environment(),
                pass_fds=[lock],
                preexec_fn=dying_with_us(self.stop_signal),  # noqa: PLW1509 - the supervisor's one thread sleeps in the kernel
            )
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(self.configuration())
        return process

    def _lock(self) -> int:
        """Take the service's lock; what an earlier supervisor left behind gets time to end, is asked to, and is then reported."""
        lock = locks.open_lock(self.plan.home, self.name)
        if locks.take(lock, fcntl.LOCK_EX, seconds=SECONDS_OF_GRACE):
            return lock
        self._stop_orphan(lock)
        if locks.take(lock, fcntl.LOCK_EX, seconds=SECONDS_TO_STOP):
            return lock
        os.close(lock)
        raise NotStarted(f"{self.label} of an earlier run does not end: {self.last_words()}")

    def _stop_orphan(self, lock: int) -> None:
        """Ask a server to stop that outlived its supervisor: the lock that it holds tells its process id."""
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(os.pread(lock, 32, 0)), self.stop_signal)
