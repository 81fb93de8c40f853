"""The ways of programs: what they leave out, what they keep, and that a server's restart fails no request."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection

from rocketsdr.api_handler import ApiHandler, McpDoor, is_for_programs
from rocketsdr.asgi import Front
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 2
END_ALL_OTHERS = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


@pytest.fixture(params=[McpDoor, None], ids=["as the server has read it", "through Django's handler"])
def port(request: Any, settings: Any) -> Iterator[int]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    mcp = request.param() if request.param else None
    front = Front(wsgi=get_wsgi_application(), api=ApiHandler(), mcp=mcp, asgi=get_asgi_application(), threads=THREADS)
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


def test_a_preflight_is_answered_before_the_gateway_and_an_answer_to_a_listed_page_says_so(connect, api_key, settings):
    settings.MCP_ALLOWED_ORIGINS = ["https://inspector.example"]
    asked = {"Origin": "https://inspector.example", "Access-Control-Request-Method": "POST"}
    connect.request("OPTIONS", "/api/mcp", headers=asked)
    response = connect.getresponse()
    assert (response.status, response.read()) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "https://inspector.example"
    assert "Mcp-Session-Id" in response.headers["Access-Control-Allow-Headers"]
    answer, _ = ask(connect, api_key.secret, Origin="https://inspector.example")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://inspector.example")
    assert ask(connect, api_key.secret)[0].headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80,evil.example", "127.0.0.1 evil", ""])
def test_another_host_is_refused(connect, api_key, host):
    response, body = ask(connect, api_key.secret, Host=host)
    assert response.status in {400, 421}
    assert b"tools" not in body


def test_the_host_is_known_by_its_name_whatever_the_port(connect, api_key):
    assert ask(connect, api_key.secret, Host="127.0.0.1:9999")[0].status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://127.0.0.1"])
def test_a_page_of_another_site_is_refused(connect, api_key, origin):
    assert ask(connect, api_key.secret, Origin=origin)[0].status == 403


def test_a_page_of_ours_may_call_by_the_scheme_that_the_trusted_proxy_names(connect, api_key, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    host = {"Host": "127.0.0.1", "Origin": "https://127.0.0.1"}
    assert ask(connect, api_key.secret, **host, **{"X-Forwarded-Proto": "https"})[0].status == 200
    assert ask(connect, api_key.secret, **host, **{"X-Forwarded-Proto": "http"})[0].status == 403


@pytest.mark.parametrize("name", ["X_API_Key", "X-API_Key"])
def test_a_header_that_only_looks_like_the_key_is_none(connect, api_key, name):
    response, _ = ask(connect, "", **{name: api_key.secret})
    assert response.status == 401


def test_whoever_is_not_known_is_told_how_to_come_in_and_the_operator_that_somebody_tried(connect, caplog):
    response, body = ask(connect, "rsdr_live_wrong")
    assert (response.status, json.loads(body)["error"]["code"]) == (401, -32010)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert ("django.request", "Unauthorized: /api/mcp") in {(record.name, record.getMessage()) for record in caplog.records}
    assert "rsdr_live_wrong" not in caplog.text


def test_a_body_over_the_limit_is_refused_without_being_read(connect, api_key, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(PING) - 1
    assert ask(connect, api_key.secret)[0].status == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(PING)
    assert ask(connect, api_key.secret)[0].status == 200


def test_a_body_that_comes_in_parts_is_put_together(connect, api_key):
    parts = (part.encode() for part in (PING[:5], PING[5:20], PING[20:]))
    headers = {"Content-Type": "application/json", "X-API-Key": api_key.secret}
    connect.request("POST", "/api/mcp", parts, headers, encode_chunked=True)
    assert "tools" in json.loads(connect.getresponse().read())["result"]


def test_a_client_that_takes_only_a_stream_gets_one_event(connect, api_key):
    response, body = ask(connect, api_key.secret, Accept="text/event-stream")
    assert response.headers["Content-Type"] == "text/event-stream"
    assert body.startswith(b"event: message\ndata: {")


def test_a_call_that_tells_how_far_it_is_is_a_stream_of_events(connect, api_key):
    params = {"name": "export_data", "arguments": {"kind": "leads"}, "_meta": {"progressToken": 7}}
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", "X-API-Key": api_key.secret}
    connect.request("POST", "/api/mcp", call, accept)
    response = connect.getresponse()
    body = response.read().decode()
    assert (response.headers["Content-Type"], response.headers["Content-Length"]) == ("text/event-stream", None)
    assert '"isError":false' in body.rstrip().rpartition("data: ")[2]


def test_every_address_keeps_to_its_methods(connect, api_key):
    connect.request("PUT", "/api/mcp", PING, {"Content-Type": "application/json", "X-API-Key": api_key.secret})
    response = connect.getresponse()
    assert (response.status, response.headers["Allow"]) == (405, "GET, POST, DELETE")
    response.read()


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
