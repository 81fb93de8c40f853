"""PostgreSQL on a socket of the home: no TCP port, a password, a role that is no superuser."""

import os
import shutil
import signal
from pathlib import Path

from rocketsdr.embedded import identity, places
from rocketsdr.embedded.errors import NotStarted
from rocketsdr.embedded.programs import postgres_version
from rocketsdr.embedded.service import Plan, Service

INITDB = (
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # upper and lower case of all of Unicode, the same on every machine
    "--no-instructions",
)
FIRST_STATEMENTS = """\
CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{password}';
GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO {role};
CREATE DATABASE {database} OWNER {role};
"""
WHO_MAY_CONNECT = f"local all {places.ROLE} scram-sha-256\n"
MEGABYTE = 1024 * 1024
LEAST_BUFFERS, MOST_BUFFERS = 128 * MEGABYTE, 2048 * MEGABYTE
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")  # bytes, or "max"; absent outside of containers
STATUS_LINE = 7  # of postmaster.pid, counted from 0


class Postgres(Service):
    name = "postgres"
    label = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, writes everything, leaves nothing behind

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.data = plan.home / "postgres"
        self.launcher: list[str] = []

    def prepare(self, lock: int) -> None:
        self.launcher = identity.launcher(self.plan.postgres)
        if not self.data.exists():
            self._create(lock)
        self._check_version()
        identity.own(self.data, self.launcher)
        self._forget_stale_pid()
        for left in self.sockets.glob(".s.PGSQL.*"):  # nobody is behind it: the lock is ours
            left.unlink()
        (self.data / "pg_hba.conf").write_text(WHO_MAY_CONNECT, encoding="utf-8")

    def command(self) -> list[str]:
        options = [f"-c{name}={value}" for name, value in self._settings().items()]
        return [*self.launcher, str(self.plan.postgres / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        """Read the state that the server keeps in its pid file: it is `ready` only after the recovery from a crash."""
        lines = self._pid_lines()
        mine = self.process is not None and lines[:1] == [str(self.process.pid)]
        return mine and len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def _settings(self) -> dict[str, str]:
        safe = "on" if self.plan.fsync else "off"
        return {
            "listen_addresses": "",
            "port": str(places.POSTGRES_PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "max_locks_per_transaction": "256",  # a test run makes all tables of its database in one transaction
            "shared_buffers": f"{_buffers(_memory()) // MEGABYTE}MB",
            "dynamic_shared_memory_type": "mmap",  # in the home: nothing stays in /dev/shm, which is small in containers
            "max_wal_size": "2GB",
            "fsync": safe,
            "full_page_writes": safe,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }

    def _create(self, lock: int) -> None:
        """Make the data folder with its role and database aside, and move it to its place whole."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        identity.own(draft, self.launcher)
        sync = [] if self.plan.fsync else ["--no-sync"]
        self.run([*self.launcher, str(self.plan.postgres / "initdb"), f"--pgdata={draft}", *INITDB, *sync], lock)
        password = places.database_password(self.plan.home)
        statements = FIRST_STATEMENTS.format(role=places.ROLE, database=places.DATABASE, password=password)
        single = [*self.launcher, str(self.plan.postgres / "postgres"), "--single", "-D", str(draft), "postgres"]
        said = self.run(single, lock, told=statements)
        if "ERROR:" in said:
            raise NotStarted(f"{self.label} could not make its role and database: {self.last_words()}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        held = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        found = str(postgres_version(self.plan.postgres))
        if held != found:
            raise NotStarted(
                f"{self.data} was made by PostgreSQL {held} and this is PostgreSQL {found}: "
                f"install {held}, or move its data with pg_dumpall and remove the folder."
            )

    def _forget_stale_pid(self) -> None:
        """Remove the pid file of a server that is gone when another program got its number, which PostgreSQL takes for the server."""
        lines = self._pid_lines()
        program = Path(f"/proc/{lines[0].strip()}/cmdline") if lines else None
        if program is not None and program.exists() and os.fsencode(self.data) not in program.read_bytes():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []


def _buffers(memory: int) -> int:
    """Return how many bytes of a machine's memory the server keeps its pages in: an eighth, since the machine does other things too."""
    return min(max(memory // 8, LEAST_BUFFERS), MOST_BUFFERS)


def _memory() -> int:
    """Return the bytes of memory that this machine has, or that its container may use."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        allowed = CONTAINER_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        return whole
    return min(whole, int(allowed)) if allowed.isdecimal() else whole
