"""The watch over the logs finds a secret wherever a log line can hold one, and says no more than where."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import log_watch
from tests.log_watch import WATCH, Watch

SECRET = "rsdr_live_abcdefgh_0123456789abcdefghij"

LEAKING = """
import logging
import pytest
from tests.log_watch import PLUGIN, WATCH

SECRET = "a-secret-that-was-made-up-by-a-test"

@pytest.fixture(autouse=True, scope="session")
def _made():
    WATCH.remember(SECRET, "a password")
    yield
    if "session" in {leaks!r}:
        logging.getLogger("late").warning(SECRET)

def test_that_says_nothing():
    logging.getLogger("quiet").warning("All is well.")

@pytest.mark.skipif("message" not in {leaks!r}, reason="no leak")
def test_that_says_a_secret():
    logger = logging.getLogger("chatty")
    logger.propagate = False
    logger.warning("Signing in with %s", SECRET)

@pytest.mark.skipif("exception" not in {leaks!r}, reason="no leak")
def test_that_fails_with_a_secret():
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("broken").exception("It failed.")
"""
PLUGIN = """
from tests.log_watch import PLUGIN

def pytest_configure(config):
    config.pluginmanager.register(PLUGIN, "log_watch")
    PLUGIN.start()
"""


@pytest.fixture
def watch():
    made = Watch(current_test="here")
    made.remember(SECRET, "an API key")
    return made


def record(message="All is well.", *args, **options):
    return logging.LogRecord("a.logger", logging.WARNING, __file__, 1, message, args, options.get("exc_info"), sinfo=options.get("sinfo"))


def raised(text):
    error = ValueError(text)
    return type(error), error, None


@pytest.mark.parametrize(
    "said",
    [
        lambda: record(f"with {SECRET} in the middle"),
        lambda: record("%s", SECRET),
        lambda: record("%r", {"key": SECRET}),
        lambda: record("%d of %s", SECRET),
        lambda: record(exc_info=raised(SECRET)),
        lambda: record(sinfo=f"stack: {SECRET}"),
    ],
    ids=["message", "argument", "argument inside", "broken format", "exception", "stack"],
)
def test_a_secret_is_found_in_every_part_of_a_record(watch, said):
    watch.look_through(said())
    (leak,) = watch.take()
    assert str(leak) == "here: the logger 'a.logger' said, at WARNING, an API key"
    assert SECRET not in repr(leak)
    assert watch.take() == []


def test_what_is_no_secret_is_no_leak(watch):
    for text in (SECRET[:-1], SECRET[1:], "rsdr_live_", "All is well.", ""):
        watch.look_through(record("%s", text))
    assert watch.take() == []
    watch.remember("short", "a word")
    watch.look_through(record("in short"))
    assert watch.take() == []


def test_this_very_run_is_watched():
    assert logging.Logger.callHandlers.__name__ == "looking"
    seen = WATCH.looked_through
    logging.getLogger("tests").warning("This is looked through.")
    assert WATCH.looked_through == seen + 1


@pytest.mark.django_db
def test_what_the_product_makes_is_remembered(api_key, client, owner, actor, now, settings):
    from django.contrib.auth.tokens import default_token_generator

    from integrations import storage
    from rocketsdr.lib import crypto

    client.force_login(owner)
    form = storage.offer_upload(actor=actor, filename="leads.csv", now=now).fields
    stored = "the password of a mailbox"
    crypto.encrypt(stored)
    secrets = {
        "an API key": api_key.secret,
        "a session": client.cookies["sessionid"].value,
        "a reset link": default_token_generator.make_token(owner),
        "an upload form": form["x-rocketsdr-signature"],
        "a stored password": stored,
        "a pepper": settings.API_KEY_PEPPERS[0],
        "the key": settings.SECRET_KEY,
        "Fernet": settings.FERNET_KEYS[0],
    }
    assert [what for what, secret in secrets.items() if not WATCH.kinds_in(f"<{secret}>")] == []


def run(tmp_path, leaks, workers):
    """Run the leaking tests in a pytest of their own; return its exit code and what it said."""
    (tmp_path / "conftest.py").write_text(PLUGIN)
    (tmp_path / "test_leaking.py").write_text(LEAKING.format(leaks=leaks))
    options = ["-q", "-p", "xdist", "-n", str(workers), "-p", "no:cacheprovider", "--show-capture=no", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(tmp_path)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ours = {"PYTHONPATH": str(Path(log_watch.__file__).parent.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the others take seconds
    environment = {**inherited, **ours}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)  # noqa: S603 - our own program
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_with_leaks_fails_and_names_test_and_logger_and_no_secret(tmp_path, workers):
    code, said = run(tmp_path, ["message", "exception", "session"], workers)
    assert code == 1
    for test, logger in (("test_that_says_a_secret", "chatty"), ("test_that_fails_with_a_secret", "broken")):
        assert f"test_leaking.py::{test}: the logger '{logger}' said, at" in said
    assert "the logger 'late' said, at WARNING, a password" in said
    assert "All is well" not in said
    assert said.count("a-secret-that-was-made-up-by-a-test") == 0


def test_a_run_without_leaks_passes(tmp_path):
    assert run(tmp_path, [], 0)[0] == 0
