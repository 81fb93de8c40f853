from __future__ import annotations

import json
import os
import signal

from tests.mcp_gateway.management.conftest import eventually, read_until

IN_A_NEW_HOME = """
import json, os, sys
from mcp_gateway.management import throwaway_home
throwaway_home.enter()
home = os.environ["ROCKETSDR_HOME"]
print(json.dumps([home, oct(os.stat(home).st_mode & 0o777), "DATABASE_URL" in os.environ]), flush=True)
"""
WITH_SERVICES = IN_A_NEW_HOME + "from rocketsdr import embedded; embedded.join(); print('joined', flush=True);"


def test_the_command_gets_a_home_of_its_own_that_is_gone_afterwards(shell):
    process = shell.start("-c", IN_A_NEW_HOME + "sys.exit(3)", DATABASE_URL="postgresql://somebody@elsewhere/theirs")
    said, _ = process.communicate(timeout=30)
    home, mode, knows_the_callers_database = json.loads(said)
    assert home.startswith(str(shell.scratch))
    assert (mode, knows_the_callers_database, process.returncode) == ("0o700", False, 3)
    assert shell.left_behind() == []


def test_a_command_that_crashes_leaves_neither_services_nor_files(shell):
    process = shell.start("-c", WITH_SERVICES + "raise SystemExit('It went wrong.')")
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint.strip()) == (1, "It went wrong.")
    assert shell.left_behind() == []


def test_a_wish_to_end_is_passed_on(shell):
    process = shell.start("-c", WITH_SERVICES + "import signal; signal.pause()")
    read_until(process, "joined")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert shell.left_behind() == []


def test_the_services_end_even_when_the_process_that_would_remove_them_is_killed(shell):
    process = shell.start("-c", WITH_SERVICES + "import signal; signal.pause()")
    read_until(process, "joined")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert eventually(lambda: all(each.startswith("/") for each in shell.left_behind()))
