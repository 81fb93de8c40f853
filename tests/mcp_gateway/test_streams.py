"""The GET stream, through a real uvicorn: it says that it is alive, and ends with its credential."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection

from mcp_gateway import streams
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from rocketsdr.asgi import Front
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHECK_EVERY", 0.02)
    monkeypatch.setattr(streams, "ALIVE_EVERY", 0.04)


@pytest.fixture
def port(settings: Any) -> Iterator[int]:
    settings.ALLOWED_HOSTS = ["*"]
    front = Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=2)
    with serving(front) as number:
        yield number


@pytest.fixture
def listen(port, api_key) -> Iterator[Callable[..., http.client.HTTPResponse]]:
    made: list[http.client.HTTPConnection] = []

    def open_stream(**headers: str) -> http.client.HTTPResponse:
        connect = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        made.append(connect)
        sent = {"Accept": "text/event-stream", "X-API-Key": api_key.secret, **headers}
        connect.request("GET", "/api/mcp", headers={name.replace("_", "-"): value for name, value in sent.items()})
        return connect.getresponse()

    open_stream.made = made  # type: ignore[attr-defined]  # a test may close the first
    yield open_stream
    for connect in made:
        connect.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come true within ten seconds.")


def test_a_stream_says_at_once_and_again_that_it_is_alive(listen):
    stream = listen(MCP_Protocol_Version="2025-06-18")
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    assert [stream.readline() for _ in range(4)] == [b": alive\n", b"\n"] * 2


@pytest.mark.django_db(transaction=False)
def test_in_the_product_a_revoked_credential_is_noticed_within_fifteen_seconds(monkeypatch):
    monkeypatch.undo()
    assert streams.CHECK_EVERY < streams.ALIVE_EVERY == 15


def test_a_stream_ends_with_its_credential(listen, person, api_key, now):
    stream = listen()
    assert stream.readline() == b": alive\n"
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    stream.read()  # to its end
    assert listen().status == 401


def test_a_stream_holds_no_database_connection(listen, monkeypatch):
    def in_use() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(streams, "CHECK_EVERY", 60.0)
    before = in_use()
    opened = [listen() for _ in range(3)]
    assert [stream.readline() for stream in opened] == [b": alive\n"] * 3
    until(lambda: in_use() == before)


def test_a_credential_has_a_limited_number_of_streams(listen, monkeypatch, person, now):
    monkeypatch.setattr(streams, "MOST_PER_CREDENTIAL", 1)
    first = listen()
    assert first.readline() == b": alive\n"
    assert listen().status == 429
    other = issue_api_key(actor=person, name="Other", scopes=frozenset({"leads:read"}), now=now).secret
    assert listen(X_API_Key=other).status == 200
    first.close()
    listen.made[0].close()
    until(lambda: listen().status == 200)


def test_a_stream_is_for_those_who_may_post(listen):
    refused = {
        401: {"X_API_Key": "wrong"},
        403: {"Origin": "https://evil.example"},
        404: {"Mcp_Session_Id": "guess"},
        400: {"MCP_Protocol_Version": "2026-07-28"},
    }
    assert [listen(**headers).status for headers in refused.values()] == list(refused)
