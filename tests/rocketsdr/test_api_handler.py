"""The handler for programs: what it leaves out, what it keeps, and that a server's restart fails no request."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection

from rocketsdr.api_handler import ApiHandler, is_for_programs
from rocketsdr.asgi import Front
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 2
END_ALL_OTHERS = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


@pytest.fixture
def port(settings: Any) -> Iterator[int]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    front = Front(wsgi=get_wsgi_application(), api=ApiHandler(), asgi=get_asgi_application(), threads=THREADS)
    with serving(front) as number:
        yield number


@pytest.fixture
def connect(port: int) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    yield made
    made.close()


def ask(connect: http.client.HTTPConnection, key: str, path: str = "/api/mcp", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connect.request("POST", path, PING, {"Content-Type": "application/json", "X-API-Key": key, **headers})
    response = connect.getresponse()
    return response, response.read()


@pytest.mark.parametrize("path", ["/api/mcp", "/api/mcp/", "/api/v1/outreach", "/api/v1/openapi.json"])
def test_the_addresses_of_the_gateway_are_for_programs(path):
    assert is_for_programs(path)


@pytest.mark.parametrize("path", ["/", "/api/mcpx", "/api/mcp/x", "/admin/", "/docs/mcp", "/api/v1"])
def test_all_others_are_for_people(path):
    assert not is_for_programs(path)


def test_an_answer_keeps_the_headers_that_a_browser_obeys_and_sets_no_cookie(connect, api_key):
    response, body = ask(connect, api_key.secret, Cookie="sessionid=abc")
    assert response.status == 200
    assert "tools" in json.loads(body)["result"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Content-Length"] == str(len(body))
    assert response.headers["Set-Cookie"] is None


def test_another_host_is_refused(connect, api_key):
    assert ask(connect, api_key.secret, Host="evil.example")[0].status in {400, 421}


def test_what_lies_nowhere_is_answered_without_a_page(connect, api_key):
    response, _ = ask(connect, api_key.secret, "/api/v1/nowhere/at/all")
    assert response.status == 404
    assert "json" in response.headers["Content-Type"]


def test_a_page_still_goes_through_the_whole_chain(connect):
    connect.request("GET", "/accounts/login/")
    response = connect.getresponse()
    response.read()
    assert "Content-Security-Policy" in response.headers


def test_a_database_that_was_restarted_between_two_requests_fails_none(connect, api_key):
    for _ in range(3):
        assert [ask(connect, api_key.secret)[0].status for _ in range(2 * THREADS)] == [200] * 2 * THREADS
        with connection.cursor() as cursor:
            cursor.execute(END_ALL_OTHERS)
            assert cursor.fetchone()[0] >= 1


def test_an_answer_may_link_to_any_page_of_the_product(connect, api_key, product, persona, lead):
    arguments = {"lead_id": lead.id, "product_id": product.id, "persona_id": persona.id}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "preview_email", "arguments": arguments}}
    connect.request("POST", "/api/mcp", json.dumps(call), {"Content-Type": "application/json", "X-API-Key": api_key.secret})
    answer = json.loads(connect.getresponse().read())
    assert "/u/" in answer["result"]["structuredContent"]["body_text"]
