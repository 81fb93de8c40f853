"""What looks like a credential is masked on its way into a log, and no library writes values or headers at any level."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest

from rocketsdr.lib import log_lines

KEY = "rsdr_live_abcdefgh_0123456789abcdefghij0123456789abcdefghij"
TOKEN = "Zz9-an_access.token~of/the+tests=="
SQL = "a-password-that-a-statement-carries"
ADDRESS = "a-token-that-an-address-carries"

AT_DEBUG = f"""
import django, httpx2, logging, sys
from rocketsdr import embedded
embedded.join()
django.setup()
from django.conf import settings
from django.db import connection
assert settings.DEBUG and logging.getLogger().level == logging.DEBUG
with connection.cursor() as cursor:
    cursor.execute("SELECT %s::text", [{SQL!r}])
assert connection.queries_logged
try:
    httpx2.get("http://127.0.0.1:9/path/{ADDRESS}?api_key={ADDRESS}", trust_env=False)
except httpx2.ConnectError:
    pass
logging.getLogger("rocketsdr").debug("what we say ourselves")
logging.getLogger("rocketsdr").error("X-API-Key was in ?api_key={KEY}")
"""


@pytest.mark.parametrize(
    ("text", "secret", "kept"),
    [
        (f"a key {KEY}.", KEY.rpartition("_")[2], "a key rsdr_live_abcdefgh_[…]."),
        (f"Authorization: Bearer {TOKEN}", TOKEN, "Authorization: Bearer […]"),
        (f"authorization: basic {TOKEN}", TOKEN, "authorization: basic […]"),
        (f"/api/mcp?api_key={TOKEN}&x=1", TOKEN, "/api/mcp?api_key=[…]&x=1"),
        (f"/api/mcp?X-API-Key={TOKEN}", TOKEN, "/api/mcp?X-API-Key=[…]"),
        (f"/cb?state=1&code={TOKEN}", TOKEN, "/cb?state=1&code=[…]"),
        (f"/x?access_token={TOKEN}#a", TOKEN, "/x?access_token=[…]#a"),
        (f"https://b.example/k?X-Amz-Signature={TOKEN}&X-Amz-Date=1", TOKEN, "https://b.example/k?X-Amz-Signature=[…]&X-Amz-Date=1"),
        ("postgresql://me:s3cret-word@db/x", "s3cret-word", "postgresql://me:[…]@db/x"),
        ("redis://:s3cret-word@cache:6379/0", "s3cret-word", "redis://:[…]@cache:6379/0"),
    ],
)
def test_what_looks_like_a_credential_is_masked_and_the_rest_stays(text, secret, kept):
    assert log_lines.redacted(text) == kept
    assert secret not in kept


@pytest.mark.parametrize(
    "text",
    [
        "All is well.",
        "GET /api/mcp?cursor=abc&tokens=3 200",
        "http://127.0.0.1:8000/x@y and ada@example.com",
        "The bearer of bad news",
        "rsdr_live_ is how keys begin",
        "file:///srv/rocketsdr",
    ],
)
def test_ordinary_words_stay_as_they_are(text):
    assert log_lines.redacted(text) == text


def test_the_text_of_an_exception_is_masked_too():
    error = ValueError(f"refused ?token={TOKEN}")
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed.", (), (type(error), error, None))
    written = log_lines.Redacting("%(message)s").format(record)
    assert "ValueError: refused ?token=[…]" in written
    assert TOKEN not in written


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/exports/eyJ3IjozNjQsImsiOiJleHAifQ:gJgw-WZqVW4leffWKEm0qoXuo9Q59U", "/exports/[…]"),
        ("/account/password/reset/key/2v-dkz3q1-0123456789abcdef/", "/account/password/reset/key/[…]/"),
        ("/api/v1/outreach/get_campaign_analytics", "/api/v1/outreach/get_campaign_analytics"),
        ("/.well-known/oauth-authorization-server/", "/.well-known/oauth-authorization-server/"),
        ("/settings/integrations/api-keys/12/revoke/", "/settings/integrations/api-keys/12/revoke/"),
    ],
)
def test_a_link_that_opens_something_is_masked_where_a_refused_request_is_logged(path, written):
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "%s: %s", ("Not Found", path), None)
    assert log_lines.RedactArguments().filter(record)
    assert record.getMessage() == f"Not Found: {written}"
    for name in ("django.request", "django.security.csrf"):
        assert any(isinstance(each, log_lines.RedactArguments) for each in logging.getLogger(name).filters)


def test_a_line_of_the_web_server_s_access_log_is_masked():
    import rocketsdr.asgi  # noqa: F401 - it sets the filter

    access, lines = logging.getLogger("uvicorn.access"), []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())

    handler, level = Keeping(), access.level
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    try:
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "POST", f"/api/mcp?api_key={KEY}", "1.1", 401)
    finally:
        access.removeHandler(handler)
        access.setLevel(level)
    assert lines == ['127.0.0.1:5 - "POST /api/mcp?api_key=[…] HTTP/1.1" 401']


@pytest.mark.parametrize(
    ("level", "sql", "http"),
    [("DEBUG", "INFO", "WARNING"), ("INFO", "INFO", "WARNING"), ("WARNING", "WARNING", "WARNING"), ("ERROR", "ERROR", "ERROR")],
)
def test_libraries_are_never_more_talkative_than_is_safe_nor_than_was_asked(level, sql, http):
    config = log_lines.config(level)
    assert config["root"]["level"] == level
    assert {"boto3", "botocore", "s3transfer", "urllib3", "google"} <= config["loggers"].keys()
    assert config["loggers"]["django.db.backends"] == config["loggers"]["botocore"] == {"level": sql}
    assert config["loggers"]["httpx2"] == {"level": http}


def test_with_everything_switched_on_no_value_of_a_statement_and_no_address_is_written():
    environment = {**os.environ, "LOG_LEVEL": "DEBUG", "DEBUG": "on"}
    command = [sys.executable, "-c", AT_DEBUG]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environment)  # noqa: S603 - our own program
    written = done.stdout + done.stderr
    assert "what we say ourselves" in written
    assert "?api_key=[…]" in written
    for secret in (SQL, ADDRESS, KEY, "SELECT"):
        assert secret not in written
