from __future__ import annotations

import os
import re
import signal
import socket

import pytest

from campaigns.models import Persona, Product, Sender
from mcp_gateway.management import first_start
from mcp_gateway.management.browser import Browser, PageFailed
from rocketsdr.accounts.models import User, Workspace
from tests import factories
from tests.mcp_gateway.management.conftest import eventually, read_until


@pytest.mark.slow
def test_run_tells_how_to_sign_in_and_stops_everything_on_ctrl_c(shell):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = shell.start("manage.py", "run", "--port", str(port), ROCKETSDR_HOME=str(shell.scratch / "home"))
    said = read_until(process, "A first request")
    login = re.search(r"Sign in +(\S+) with the password (\S+)", said)
    assert login
    with Browser(f"http://127.0.0.1:{port}") as browser:
        browser.sign_in(login[1], login[2])
        assert browser.open("/mailbox/").url.endswith("/mailbox/")
        assert browser.open("/admin/").url.endswith("/admin/")
    with Browser(f"http://127.0.0.1:{port}") as browser, pytest.raises(PageFailed, match="could not sign in"):
        browser.sign_in(login[1], "wrong")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert eventually(lambda: shell.left_behind() == [str(shell.scratch / "home")])  # the services end with their last user


def test_the_first_start_of_an_empty_installation_makes_something_to_try(db):
    login = first_start.prepare()
    assert login
    assert User.objects.get(email=login.email).check_password(login.password)
    assert User.objects.get(email=login.email).is_superuser
    assert (Product.objects.count(), Persona.objects.count(), Sender.objects.count()) == (1, 1, 1)
    assert first_start.prepare() == login
    assert Workspace.objects.count() == 1


def test_a_password_of_ones_own_is_not_told(db):
    login = first_start.prepare()
    assert login
    owner = User.objects.get(email=login.email)
    owner.set_password("my own secret words")
    owner.save()
    again = first_start.prepare()
    assert again
    assert again.password == ""


def test_somebody_elses_installation_is_left_alone(db):
    factories.MembershipFactory.create()
    assert first_start.prepare() is None
    assert not User.objects.filter(email=first_start.OWNER).exists()
