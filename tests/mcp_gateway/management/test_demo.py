"""The demo as its own process: what it promises on its last line, and that nothing of it remains."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.mcp_gateway.management.conftest import eventually, read_until

pytestmark = pytest.mark.slow

LEADS = """Name;E-Mail;Firma
Jürgen Groß;juergen@example.com;Groß & Söhne
Zoë Brontë;zoe@example.com;Brontë Ltd
José Núñez;jose@example.com;Núñez SA
Åsa Öberg;asa@example.com;
Jürgen Groß;JUERGEN@example.com;Groß & Söhne
Nobody;not an address;Nowhere
"""


def test_the_demo_accounts_for_every_lead_and_leaves_nothing_behind(shell, tmp_path):
    leads = tmp_path / "leads.txt"
    leads.write_bytes(LEADS.encode("cp1252"))
    process = shell.start("manage.py", "demo", "--csv", str(leads))
    said, complaint = process.communicate(timeout=120)
    assert (process.returncode, complaint) == (0, "")
    numbers = json.loads(said.splitlines()[-1])
    assert 0 < numbers.pop("seconds") < 120
    assert numbers == {
        "leads_accepted": 4,
        "leads_updated": 0,
        "leads_rejected": 1,
        "duplicates": 1,
        "suppressed": 1,
        "blocked": 0,
        "delivered": 3,
        "targeted_delivered": 10,
        "replied": 1,
        "unsubscribed": 1,
    }
    assert "Subject: Ledgerline for" in said
    assert shell.left_behind() == []


def test_a_missing_file_is_told_before_anything_starts(shell):
    process = shell.start("manage.py", "demo", "--csv", "no-such-file.csv")
    said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "")
    assert complaint.startswith("CommandError: There is no file no-such-file.csv")
    assert shell.left_behind() == []


def test_ctrl_c_in_the_middle_of_the_start_stops_and_removes_everything(shell):
    process = shell.start("manage.py", "demo")
    read_until(process, "removed at the end")
    assert eventually(lambda: any("rocketsdr.embedded.supervisor" in each for each in shell.left_behind()))
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (130, "")
    assert shell.left_behind() == []
