"""Runs everything of an installation on one machine as child processes: for `make run` and `make demo`."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from rocketsdr import embedded
from rocketsdr.embedded import places
from rocketsdr.embedded.children import dying_with_us

HOST = "127.0.0.1"
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 15.0
PAUSE = 0.05
SECONDS_BETWEEN_LOOKS = 1.0


class StackFailed(SystemExit):
    """A process of the installation did not start or ended early; the message names its log and shows the last lines."""


@dataclass(frozen=True)
class Program:
    """One kind of process and how to tell that it works."""

    name: str
    command: list[str]
    is_ready: Callable[["Child"], bool]


class Child:
    """One running process; its output goes to its log in the home."""

    def __init__(self, program: Program, home: Path, environment: dict[str, str]) -> None:
        self.program = program
        self.log = places.log_file(home, program.name)
        with places.open_log(home, program.name) as log:
            self.log_offset = os.fstat(log.fileno()).st_size
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=places.PROJECT,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches only us, and we stop it in order
                preexec_fn=dying_with_us(signal.SIGTERM),  # noqa: PLW1509 - the commands that run a stack have one thread
            )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def is_ready(self) -> bool:
        return self.program.is_ready(self)

    def has_said(self, words: str) -> bool:
        return any(words in line for line in self.last_lines(200))

    def last_lines(self, count: int) -> list[str]:
        return places.last_lines(self.log, since=self.log_offset, count=count)

    def failure(self, what: str) -> StackFailed:
        lines = self.last_lines(15)
        end = "\n    ".join(["and ends with:", *lines]) if lines else "and is empty"
        return StackFailed(f"The {self.program.name} process {what}; its log is {self.log} {end}")

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the end until then, and kill what is left of it, with its own children."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Stack:
    """The web server, the workers, beat and the built-in mailbox; `with Stack() as stack:` starts and stops them."""

    def __init__(self, *, port: int | None = None, home: Path | None = None, mailbox_port: int | None = None) -> None:
        self.home = embedded.home(home)
        self.port, self.mailbox_port = _ports(port, mailbox_port)
        self.url = f"http://{HOST}:{self.port}"
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self, say: Callable[[str], object] = lambda _: None) -> None:
        """Bring the database up to date, start every process and return when all of them work; else stop what was started."""
        embedded.join(self.home)
        try:
            say("Bringing the database up to date.")
            self._run(_managed("migrate", "migrate", "--no-input", "--verbosity", "1"))
            say("Starting the web server, the workers, beat and the mailbox.")
            self.children = [Child(program, self.home, self._environment()) for program in self._programs()]
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Return on Ctrl-C or SIGTERM; a process that ends before is an error."""
        with _asked_to_stop() as asked:
            while not asked.wait(SECONDS_BETWEEN_LOOKS):
                self._raise_for_the_dead()
                embedded.join(self.home)  # heals the services when their supervisor was killed

    def stop(self, *, seconds: float = SECONDS_TO_STOP) -> None:
        """Ask every process to end, and kill what has not ended in time, with its own children."""
        children, self.children = self.children, []
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + seconds
        for child in children:
            child.end(deadline)

    def _programs(self) -> list[Program]:
        beat = ["beat", "--schedule", str(self.home / "beat-schedule"), "--loglevel", "INFO"]
        programs = [
            Program("web", web_command(self.port), lambda _: _answers(self.port)),
            _worker("worker", queue="celery", concurrency=1),
            _worker("pump", queue="pump", concurrency=2),
            _module("beat", "celery", "-A", "rocketsdr.celery", *beat, is_ready=lambda child: child.has_said("beat: Starting")),
        ]
        if embedded.wanted():
            programs.append(_managed("mailbox", "receive_mail", is_ready=lambda _: _greets(self.mailbox_port)))
        return programs

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "rocketsdr.settings",
            "PUBLIC_URL": self.url,
            "LOG_LEVEL": "DEBUG" if os.environ.get("LOG_LEVEL") == "DEBUG" else "INFO",  # the logs tell who is ready
            "ROCKETSDR_HOME": str(self.home),
            "ROCKETSDR_MAILBOX_PORT": str(self.mailbox_port),
        }

    def _run(self, program: Program) -> None:
        child = Child(program, self.home, self._environment())
        self.children = [child]
        if child.process.wait() != 0:
            raise child.failure("failed")

    def _await_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        waiting = list(self.children)
        while waiting:
            self._raise_for_the_dead()
            waiting = [child for child in waiting if not child.is_ready()]
            if waiting and time.monotonic() > deadline:
                raise waiting[0].failure(f"was not ready within {SECONDS_TO_START:.0f} s")
            time.sleep(PAUSE)

    def _raise_for_the_dead(self) -> None:
        for child in self.children:
            if not child.is_running():
                raise child.failure(f"ended with code {child.process.returncode}")


def web_command(port: int) -> list[str]:
    """Return the command that serves the web on this port, in one process."""
    options = ["--host", HOST, "--port", str(port), "--no-access-log", "--no-proxy-headers", "--no-server-header"]
    streams_end = ["--timeout-graceful-shutdown", "3"]  # a client's open event stream would keep the server for ever
    return [sys.executable, "-m", "uvicorn", "rocketsdr.asgi:application", *options, *streams_end]


def _managed(name: str, *arguments: str, is_ready: Callable[[Child], bool] = lambda _: True) -> Program:
    return Program(name, [sys.executable, str(places.PROJECT / "manage.py"), *arguments], is_ready)


def _module(name: str, module: str, *arguments: str, is_ready: Callable[[Child], bool]) -> Program:
    return Program(name, [sys.executable, "-m", module, *arguments], is_ready)


def _worker(name: str, *, queue: str, concurrency: int) -> Program:
    """A Celery worker of one queue: what sends e-mails has workers of its own, so that the tick always finds one."""
    node = f"{name}@rocketsdr"
    options = ["--hostname", node, "-Q", queue, "--concurrency", str(concurrency), "--loglevel", "INFO"]
    return _module(name, "celery", "-A", "rocketsdr.celery", "worker", *options, is_ready=lambda child: child.has_said(f"{node} ready."))


def _ports(*wanted: int | None) -> list[int]:
    """Return the wanted ports, each checked to be free, and free ones where none is wanted."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(_bound(port or 0)).getsockname()[1] for port in wanted]


@contextlib.contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as exc:
            raise StackFailed(f"Port {port} cannot be used ({exc.strerror}): name another one with PORT=….") from None
        yield probe


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=5) as client:
            return client.recv(64).startswith(b"220")
    except OSError:
        return False


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event, as long as this is open."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
