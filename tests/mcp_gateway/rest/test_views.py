"""The REST door over HTTP: methods, credentials, origins, sizes, types; whatever is wrong is a problem and never a page."""

from __future__ import annotations

import json
import logging

import pytest
import werkzeug.test
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from mcp_gateway import dispatch
from mcp_gateway.models import ToolCall
from mcp_gateway.rest.renderers import DataRenderer
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.api_handler import ApiHandler
from tests.mcp_gateway.rest.caller import Rest, checked, connection_kept


@pytest.fixture
def rest(api_key) -> Rest:
    return Rest(api_key.secret)


@pytest.mark.parametrize("end", ["", "/"])
def test_a_tool_is_called_with_and_without_a_slash_and_never_redirected(rest, end):
    response = rest.call(f"list_products{end}", {})
    assert (response.status_code, response.json()) == (200, {"products": [], "total": 0, "next_cursor": None})
    assert response["Cache-Control"] == "no-store"


def test_a_call_without_a_body_has_no_arguments(rest):
    assert rest.send("POST", "outreach/list_products").status_code == 200


def test_a_browser_without_a_csrf_token_may_post(rest):
    rest.client = Client(enforce_csrf_checks=True)
    assert rest.call("list_products", {}).status_code == 200


def test_the_session_of_a_browser_means_nothing(owner):
    client = Client()
    client.force_login(owner)
    response = Rest(client=client).call("list_products", {})
    assert checked(response, 401)["code"] == "unauthorized"
    assert response["WWW-Authenticate"].startswith("Bearer resource_metadata=")


@pytest.mark.parametrize(
    "headers", [{"X_API_Key": "rsdr_live_nope"}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic bm9wZTo="}]
)
def test_bad_credentials_are_refused(db, headers):
    response = Rest().call("list_products", {}, **headers)
    assert checked(response, 401)["fix"]
    assert response["WWW-Authenticate"].startswith("Bearer ")


def test_a_bearer_key_is_as_good(api_key):
    assert Rest().call("list_products", {}, Authorization=f"Bearer {api_key.secret}").status_code == 200


def test_two_credentials_of_one_workspace_may_what_both_allow(rest, person, now):
    other = issue_api_key(actor=person, name="Reads", scopes=frozenset({"campaigns:read"}), now=now)
    assert rest.call("list_products", {}, Authorization=f"Bearer {other.secret}").status_code == 200
    assert rest.problem(403, "create_product", {"name": "A"}, Authorization=f"Bearer {other.secret}")["code"] == "insufficient_scope"


def test_two_credentials_of_different_workspaces_are_refused(rest, stranger, now):
    theirs = issue_api_key(actor=stranger.actor, name="Theirs", scopes=stranger.actor.scopes, now=now)
    assert rest.problem(401, "list_products", {}, Authorization=f"Bearer {theirs.secret}")


def test_an_unknown_tool_is_not_found_and_the_nearest_is_named(rest):
    problem = rest.problem(404, "list_product", {})
    assert (problem["code"], problem["detail"]) == ("unknown_tool", "Unknown tool: list_product. Did you mean list_products?")


@pytest.mark.parametrize("path", ["", "nope", "outreach/a/b", "ads/list_products", "openapi.yaml"])
def test_every_other_address_is_a_problem(rest, path):
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        checked(rest.send(method, path), 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_other_methods_are_refused_with_those_that_are_allowed(rest, method):
    response = rest.send(method, "outreach/list_products")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert (rest.send("POST", "outreach/").status_code, rest.send("POST", "outreach/")["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://testserver"])
def test_pages_of_other_sites_are_refused_before_anything_else(db, origin):
    assert Rest().problem(403, "list_products", {}, Origin=origin)["detail"] == "Pages of this origin may not call here."


def test_our_own_pages_may_call(rest):
    assert rest.call("list_products", {}, Origin="http://testserver").status_code == 200


def test_a_foreign_host_gets_no_page(rest, settings):
    settings.ROOT_URLCONF = "rocketsdr.urls"  # where the pages for such requests are named
    assert "Host" in rest.problem(421, "list_products", {}, Host="evil.example")["detail"]
    assert "html" in Client().get("/", headers={"Host": "evil.example"})["Content-Type"]


def test_a_fault_outside_every_view_gets_no_page(rest, settings, monkeypatch):
    settings.ROOT_URLCONF = "rocketsdr.urls"
    monkeypatch.setattr(DataRenderer, "render", lambda *_: 1 / 0)
    rest.client.raise_request_exception = False
    assert rest.problem(500, "list_products", {})["detail"] == "Internal server error."


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
)
def test_a_body_that_does_not_call_itself_json_is_refused(rest, content_type):
    checked(rest.send("POST", "outreach/list_products", b"{}", content_type), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", ""])
def test_json_is_json_however_it_is_spelt(rest, content_type):
    assert rest.send("POST", "outreach/list_products", b'{"limit": 1}', content_type).status_code == 200


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"text"', b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b'{"a":' * 300 + b"1" + b"}" * 300]
)
def test_a_body_that_is_no_json_object_is_refused(rest, body):
    checked(rest.send("POST", "outreach/list_products", body), 400)


def test_a_body_over_the_limit_is_refused(rest, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    problem = checked(rest.send("POST", "outreach/list_products", b" " * (1024 * 1024 + 1)), 413)
    assert "1 MB" in problem["detail"]


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/*", "text/html, */*;q=0.1", "a;charset*=bogus'x'y"])
def test_whoever_takes_json_gets_json(rest, accept):
    response = rest.call("list_products", {}, Accept=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_whoever_takes_neither_is_told_what_there_is(rest):
    assert "text/markdown" in rest.problem(406, "list_products", {}, Accept="text/html")["detail"]


def test_an_error_is_a_problem_whatever_the_caller_takes(rest):
    assert rest.problem(422, "get_campaign", {}, Accept="text/markdown")["field_errors"] == [
        {"field": "campaign_id", "message": "campaign_id is missing: add it."}
    ]


def test_a_fault_of_ours_is_logged_and_never_shown(rest, monkeypatch, caplog):
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(dispatch, "call", crash)
    with caplog.at_level(logging.ERROR):
        response = rest.call("list_products", {})
    problem = checked(response, 500)
    assert problem["request_id"] == response["X-Request-Id"]
    assert "secret" not in response.content.decode()
    assert "the secret of the house" in caplog.text
    assert problem["request_id"] in caplog.text


def test_a_call_is_recorded_with_its_door_and_its_client(rest):
    response = rest.call("list_products", {}, User_Agent="their-script/1.0")
    record = ToolCall.objects.get()
    assert (record.via, record.client, record.request_id) == ("rest", "their-script/1.0", response["X-Request-Id"])


@pytest.mark.parametrize("handler", [WSGIHandler, ApiHandler])
def test_what_django_itself_refuses_is_a_problem_behind_both_handlers(api_key, settings, monkeypatch, handler):
    settings.ROOT_URLCONF = "rocketsdr.urls"
    program, path = werkzeug.test.Client(handler()), "/api/v1/outreach/list_products"
    headers = {"X-API-Key": api_key.secret, "Content-Type": "application/json"}
    with connection_kept():
        assert program.post(path, data=b"{}", headers={**headers, "Host": "localhost"}).status_code == 200
        foreign = program.post(path, data=b"{}", headers={**headers, "Host": "evil.example"})
        monkeypatch.setattr(DataRenderer, "render", lambda *_: 1 / 0)
        crashed = program.post(path, data=b"{}", headers={**headers, "Host": "localhost"})
    for response, status in ((foreign, 421), (crashed, 500)):
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
        assert b"Traceback" not in response.data


# --- The list --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["outreach", "outreach/"])
def test_the_list_names_what_the_credential_may_call(person, now, path):
    reader = Rest(issue_api_key(actor=person, name="Reads", scopes=frozenset({"campaigns:read"}), now=now).secret)
    tools = {tool["name"]: tool for tool in reader.send("GET", path).json()["tools"]}
    assert {"list_products", "whoami", "preview_email"} <= set(tools)
    assert not {"create_product", "get_inbox"} & set(tools)
    assert tools["list_products"]["url"].endswith("/api/v1/outreach/list_products")
    assert tools["list_products"]["inputSchema"]["type"] == "object"


def test_the_list_is_there_as_text_too(rest):
    text = rest.send("GET", "outreach/", Accept="text/markdown").content.decode()
    assert "- `get_campaign(campaign_id*: id)` [campaigns:read" in text


def test_the_list_is_not_for_strangers(db):
    checked(Rest().send("GET", "outreach/"), 401)


def test_the_arguments_reach_the_tool_as_they_are(rest, product):
    assert rest.call("list_products", {"limit": 1}).json()["products"][0]["id"] == product.id
    assert json.loads(rest.call("list_products", {"limit": 0}).content)["field_errors"][0]["field"] == "limit"
