"""The endpoint over HTTP: methods, origins, sizes, types, and the two ways to write an answer."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from mcp_gateway import auth

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize("path", ["/api/test/mcp", "/api/test/mcp/", "/api/mcp", "/api/mcp/"])
def test_a_post_is_answered_with_and_without_a_slash_and_never_redirected(rpc, path):
    rpc.path = path
    response = rpc.post(PING)
    assert (response.status_code, response.json()) == (200, {"jsonrpc": "2.0", "id": 1, "result": {}})
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"


def test_a_browser_without_a_csrf_token_may_post(rpc):
    from django.test import Client

    rpc.client = Client(enforce_csrf_checks=True)
    assert rpc.post(PING).status_code == 200


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/json, text/event-stream", "text/event-stream;q=0.9, */*"])
def test_whoever_takes_json_gets_json(rpc, accept):
    response = rpc.post(PING, Accept=accept)
    assert response["Content-Type"] == "application/json"


def test_whoever_takes_nothing_but_a_stream_gets_one_event(rpc):
    response = rpc.post(PING, Accept="text/event-stream")
    assert response["Content-Type"] == "text/event-stream"
    name, data, *rest = response.content.decode().split("\n")
    assert (name, rest) == ("event: message", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize("method", ["put", "patch", "options", "head"])
def test_other_methods_are_refused_with_those_that_are_allowed(rpc, method):
    response = getattr(rpc.client, method)(rpc.path, headers=rpc.headers)
    assert (response.status_code, response["Allow"]) == (405, "GET, POST, DELETE")


def test_a_get_that_takes_no_stream_is_refused(rpc):
    response = rpc.client.get(rpc.path, headers={**rpc.headers, "Accept": "application/json"})
    assert response.status_code == 405
    assert "text/event-stream" in response.json()["error"]["message"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", "https://testserver"])
def test_pages_of_other_sites_are_refused_before_anything_else(anonymous, origin):
    response = anonymous.post(PING, Origin=origin)
    assert (response.status_code, response.json()["error"]["code"]) == (403, -32011)


@pytest.mark.parametrize("origin", ["http://testserver", "http://127.0.0.1:8000", "https://inspector.example"])
def test_our_own_pages_and_those_that_the_operator_allows_may_call(rpc, settings, origin):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.MCP_ALLOWED_ORIGINS = ["https://inspector.example"]
    assert rpc.post(PING, Origin=origin).status_code == 200


def test_a_foreign_host_is_refused(rpc):
    assert rpc.post(PING, Host="evil.example").status_code in {400, 421}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_that_does_not_call_itself_json_is_refused(rpc, content_type):
    response = rpc.post(PING, Content_Type=content_type)
    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json()["error"]["message"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", ""])
def test_json_is_json_however_it_is_spelt(rpc, content_type):
    assert rpc.post(PING, Content_Type=content_type).status_code == 200


def test_a_body_over_the_limit_is_refused_as_json_rpc(rpc, settings):
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert largest == 4 * 1024 * 1024
    body = json.dumps({**PING, "params": {"_meta": {"x": ""}}}).encode()
    fits = body.replace(b'""', b'"%b"' % (b"a" * (largest - len(body))))
    assert rpc.post(fits).status_code == 200
    response = rpc.post(fits + b" ")
    assert (response.status_code, response.json()["error"]["code"]) == (413, -32600)
    assert "4 MB" in response.json()["error"]["message"]


def test_a_fault_before_the_protocol_is_json_rpc_too(rpc, monkeypatch, caplog):
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(auth, "actor_of", away)
    response = rpc.post(PING)
    assert (response.status_code, response.json()["error"]) == (500, {"code": -32603, "message": "Internal server error"})
    assert "the database is away" in caplog.text


@pytest.mark.parametrize("method", ["get", "delete"])
def test_the_revision_without_sessions_only_posts(rpc, method):
    response = getattr(rpc.client, method)(rpc.path, headers={**rpc.headers, "MCP-Protocol-Version": "2026-07-28"})
    assert (response.status_code, response["Allow"]) == (405, "GET, POST, DELETE")


def test_the_server_asks_the_database_little(rpc, django_assert_max_num_queries):
    rpc.call("list_words")
    with django_assert_max_num_queries(2):  # the key with its maker, the record
        rpc.call("list_words")
