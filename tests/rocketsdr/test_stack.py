"""The processes of `make run`: started together, watched, and gone with whoever started them."""

import http.client
import re
import signal
import socket
from http import HTTPStatus
from pathlib import Path

import pytest

SERVE = """
import sys
from rocketsdr.stack import Stack
with Stack() as stack:
    print(stack.port, stack.mailbox_port, flush=True)
    stack.wait()
"""

WATCH_ONE = """
import os, sys
from rocketsdr import embedded
from rocketsdr.stack import Child, Program, Stack
stack = Stack()
stack.children = [Child(Program("helper", ["/bin/sh", "-c", sys.argv[1]], lambda child: True), embedded.home(), dict(os.environ))]
print(stack.children[0].process.pid, flush=True)
stack.wait()
"""


def said_at_the_end(process) -> str:
    return str(process.communicate(timeout=60)[1])


def status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.slow
def test_a_stack_serves_heals_its_services_and_leaves_nothing_after_control_c(home):
    process = home.run(SERVE)
    port, mailbox_port = (int(word) for word in process.stdout.readline().split())
    assert status(port) == HTTPStatus.OK
    with socket.create_connection(("127.0.0.1", mailbox_port)) as client:
        assert client.recv(4) == b"220 "
    before = set(home.processes())
    home.kill("supervisor")
    assert home.eventually(lambda: len(set(home.processes()) - before) > 3 and status(port) == HTTPStatus.OK)
    process.send_signal(signal.SIGINT)
    assert said_at_the_end(process) == ""
    assert process.returncode == 0
    assert home.eventually(home.is_quiet)
    assert status(port) == 0
    logs = {path.stem for path in (home.path / "log").iterdir()}
    assert logs >= {"migrate", "web", "worker", "pump", "beat", "mailbox", "postgres", "redis", "supervisor"}


def test_a_process_that_ends_early_is_reported_with_the_end_of_its_log(home):
    said = said_at_the_end(home.run(WATCH_ONE, "echo my last words; exit 3"))
    assert said == f"The helper process ended with code 3; its log is {home.path}/log/helper.log and ends with:\n    my last words\n"


def test_a_killed_stack_takes_its_processes_along(home):
    process = home.run(WATCH_ONE, "exec sleep 600")
    child = Path(f"/proc/{process.stdout.readline().strip()}/cwd")
    assert child.is_dir()
    process.kill()
    process.communicate()
    assert home.eventually(lambda: not child.is_dir() and home.is_quiet())


def test_a_process_that_does_not_obey_is_killed_with_its_own_children(home):
    deaf = "trap '' TERM; sleep 600 & echo $!; wait"
    stop = "while not stack.children[0].last_lines(1): pass\nstack.stop(seconds=0.2)"
    parent = home.said(WATCH_ONE.replace("stack.wait()", stop), deaf)
    child = (home.path / "log" / "helper.log").read_text().strip()
    assert home.eventually(lambda: not Path(f"/proc/{parent}/cwd").is_dir() and not Path(f"/proc/{child}/cwd").is_dir())


def test_a_process_that_does_not_migrate_stops_the_start_with_its_log(home):
    home.variables = {"LEASE_SECONDS": "never"}
    said = said_at_the_end(home.run(SERVE))
    assert re.search(r"The migrate process failed; its log is \S+/log/migrate.log and ends with:\n    LEASE_SECONDS is 'never'", said)
    assert home.eventually(home.is_quiet)


def test_a_port_that_is_taken_is_named_before_anything_starts(home):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = said_at_the_end(home.run(f"from rocketsdr.stack import Stack; Stack(port={port})"))
    assert said == f"Port {port} cannot be used (Address already in use): name another one with PORT=….\n"
    assert not home.processes()
