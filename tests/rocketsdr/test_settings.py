"""What a production installation starts with, read in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

PRODUCTION = {
    "DATABASE_URL": "postgresql://rocketsdr:secret@db.internal:5432/rocketsdr",
    "REDIS_URL": "redis://redis.internal:6379/0",
    "PUBLIC_URL": "https://outreach.example.com",
    "STORAGE_URL": "file:///srv/rocketsdr/storage",
    "EMAIL_URL": "smtp+tls://mailer:secret@smtp.example.com:587",
    "SECRET_KEY": "s" * 50,
    "FERNET_KEYS": Fernet.generate_key().decode(),
    "API_KEY_PEPPERS": "p" * 32,
}
PRINTED = "import json, sys; from rocketsdr import settings; print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"


def started(*names, **environment):
    """Return the process that prints these settings."""
    given = {"PATH": os.environ["PATH"], **PRODUCTION, **environment}
    return subprocess.run([sys.executable, "-c", PRINTED, *names], env=given, capture_output=True, text=True, check=False)  # noqa: S603 - our own words


@pytest.mark.attack(26)
def test_behind_https_cookies_go_nowhere_else():
    """Row 26: Secure, HttpOnly, SameSite=Lax, for the session and for the form token."""
    names = [f"{cookie}_COOKIE_{flag}" for cookie in ("SESSION", "CSRF") for flag in ("SECURE", "HTTPONLY", "SAMESITE")]
    assert list(json.loads(started(*names).stdout).values()) == [True, True, "Lax"] * 2


def test_operators_need_a_second_factor_unless_the_environment_says_otherwise():
    assert json.loads(started("SECOND_FACTOR_FOR").stdout) == {"SECOND_FACTOR_FOR": "operators"}
    assert json.loads(started("SECOND_FACTOR_FOR", SECOND_FACTOR_FOR="owners").stdout) == {"SECOND_FACTOR_FOR": "owners"}


@pytest.mark.parametrize("name", ["SECOND_FACTOR_FOR", "WORKSPACES_FOR"])
def test_an_unknown_value_stops_the_start_with_a_sentence_that_names_it(name):
    refused = started(**{name: "sometimes"})
    assert refused.returncode == 1
    assert f"{name} is 'sometimes': set it to one of" in refused.stderr
