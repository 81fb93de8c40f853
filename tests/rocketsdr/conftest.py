"""Homes of embedded services with real processes in them, apart from the home of the test run itself."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGES = os.pathsep.join([str(PROJECT), *(path for path in sys.path if path.endswith("site-packages"))])
SECONDS = 30

JOIN_AND_OBEY = """
import os, signal, subprocess, sys
from rocketsdr import embedded
embedded.join()
print(embedded.database_url(), embedded.redis_url(), flush=True)
for order in sys.stdin:
    if order == "join\\n":
        embedded.join()
    if order == "fork\\n" and os.fork() == 0:
        signal.pause()
    if order == "run\\n":
        subprocess.Popen(["sleep", "600"])
    print("done", flush=True)
"""


@dataclass
class User:
    """A process that joined the services of a home; it does what it is told on its standard input until that closes."""

    process: subprocess.Popen[str]
    urls: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    def child(self) -> int:
        return int(Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text())

    def joined(self) -> "User":
        assert self.process.stdout
        self.urls = self.process.stdout.readline().split()
        assert self.urls, f"it did not join: {self.process.stderr and self.process.stderr.read()}"
        return self

    def tell(self, order: str) -> None:
        assert self.process.stdin and self.process.stdout
        print(order, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"

    def query(self, statement: str) -> str:
        with psycopg.connect(self.urls[0], autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return str(cursor.fetchall()[0][0]) if cursor.description else ""

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.urls[1])

    def answers(self) -> bool:
        try:
            return self.query("SELECT 1") == "1" and bool(self.redis().ping())
        except (psycopg.OperationalError, redis.ConnectionError):
            return False

    def leave(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        self.process.wait()


@dataclass
class Home:
    path: Path
    variables: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    uid: int | None = None
    launcher: list[str] = field(default_factory=list)
    users: list[User] = field(default_factory=list)

    def user(self) -> User:
        """Start a process that joins, and wait until it has."""
        return self.arriving_user().joined()

    def arriving_user(self) -> User:
        user = User(self.run(JOIN_AND_OBEY))
        self.users.append(user)
        return user

    def run(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Run a script as the home's owner."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}}
        pipe = subprocess.PIPE
        return subprocess.Popen(  # noqa: S603 - the test's own script
            [*self.launcher, self.python, "-W", "error", "-c", script, *arguments],
            env={**kept, "ROCKETSDR_HOME": str(self.path), "ROCKETSDR_EMBEDDED_FSYNC": "off", "PYTHONPATH": PACKAGES, **self.variables},
            cwd="/",
            text=True,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
        )

    def said(self, script: str, *arguments: str) -> str:
        out, err = self.run(script, *arguments).communicate(timeout=SECONDS)
        return (out + err).strip()

    def processes(self) -> dict[int, str]:
        """Return the processes of the services: all of them work inside their home."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if entry.joinpath("cwd").readlink().is_relative_to(self.path):
                    found[int(entry.name)] = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def pid_of(self, program: str) -> int:
        """Return the `supervisor`, the `/postgres` or the `redis-server` of this home; there must be one."""
        (pid,) = (pid for pid, command in self.processes().items() if command.split(" ")[0].endswith(program) or f".{program} " in command)
        return pid

    def kill(self, program: str) -> int:
        pid = self.pid_of(program)
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_quiet(self) -> bool:
        """Say whether nothing runs any more and no socket is left."""
        return not self.processes() and not (self.path / "run").exists()

    def eventually(self, what: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + SECONDS
        while not (is_so := what()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return is_so

    def end(self) -> None:
        for user in self.users:
            user.leave(kill=True)
        assert self.eventually(lambda: not self.processes()), self.processes()


@pytest.fixture(scope="session")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was used once; a copy of it starts faster than a new one."""
    home = Home(tmp_path_factory.mktemp("used") / "home")
    home.user().leave()
    assert home.eventually(home.is_quiet)
    return home.path


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """Make homes in which nothing was ever started."""
    homes: list[Home] = []

    def make(name: str = "new", **facts) -> Home:
        homes.append(Home(tmp_path / name, **facts))
        return homes[-1]

    yield make
    for home in homes:
        home.end()


@pytest.fixture
def home(make_home: Callable[..., Home], used_home: Path) -> Home:
    """A home in which nothing runs."""
    home = make_home("home")
    shutil.copytree(used_home, home.path)
    return home
