"""Row 8: what a browser may ask beforehand, from which pages, and that the pages for people never answer it."""

from __future__ import annotations

import pytest
from django.test import Client

from mcp_gateway.surfaces import SURFACES
from rocketsdr.accounts.oauth.cors import ADDRESSES

PAGE = "https://inspector.example"
ADDRESSES_OF_PROGRAMS = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/api/mcp",
    "/o/token/",
    "/o/revoke/",
    "/o/register/",
    "/api/mcp",
    "/api/mcp/",
    "/api/v1/outreach",
]
PAGES_FOR_PEOPLE = ["/o/authorize/", "/sign-in/", "/", "/settings/integrations/", "/admin/", "/o/token/x", "/o/tokens/"]


@pytest.fixture(autouse=True)
def _listed(settings):
    settings.MCP_ALLOWED_ORIGINS = [PAGE]


def ask(path, *, origin=PAGE, **headers):
    return Client().options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST", **headers})


def of_cors(response):
    return {name for name in response.headers if name.startswith("Access-Control-")}


@pytest.mark.parametrize("path", ADDRESSES_OF_PROGRAMS)
@pytest.mark.attack(8)
def test_a_preflight_of_a_listed_page_is_answered_at_once(path):
    response = ask(path)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == ("*" if "well-known" in path else PAGE)
    assert "POST" in response["Access-Control-Allow-Methods"]
    for header in ("Authorization", "Content-Type", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Last-Event-ID"):
        assert header in response["Access-Control-Allow-Headers"]
    assert "Origin" in response["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{PAGE}.evil.example", "http://inspector.example", PAGE.upper()])
@pytest.mark.parametrize("path", ["/o/token/", "/api/mcp"])
@pytest.mark.attack(8)
def test_a_preflight_of_any_other_page_gets_no_leave(path, origin):
    response = ask(path, origin=origin)
    assert response.status_code == 204
    assert of_cors(response) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ADDRESSES_OF_PROGRAMS[:3])
@pytest.mark.attack(8)
def test_the_metadata_is_for_every_page(path):
    assert ask(path, origin="https://anywhere.example")["Access-Control-Allow-Origin"] == "*"
    read = Client().get(path, headers={"Origin": "https://anywhere.example"})
    assert (read.status_code, read["Access-Control-Allow-Origin"]) == (200, "*")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES_FOR_PEOPLE)
@pytest.mark.attack(8)
def test_no_page_for_people_is_ever_open_to_another_site(path):
    assert of_cors(ask(path)) == set()
    assert of_cors(Client().get(path, headers={"Origin": PAGE})) == set()


@pytest.mark.django_db
@pytest.mark.attack(70)
def test_a_listed_page_may_read_the_answer_and_the_challenge_and_another_one_is_sent_away():
    """The list is the gateway's own (row 70): where a page may not read, it may not call either."""
    answer = Client().post("/api/mcp", {}, content_type="application/json", headers={"Origin": PAGE})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == PAGE
    assert "WWW-Authenticate" in answer["Access-Control-Expose-Headers"]
    assert "Mcp-Session-Id" in answer["Access-Control-Expose-Headers"]
    foreign = Client().post("/api/mcp", {}, content_type="application/json", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert of_cors(foreign) == set()


@pytest.mark.django_db
def test_a_listed_page_may_register_a_client():
    answer = Client().post(
        "/o/register/", {"redirect_uris": ["https://inspector.example/cb"]}, content_type="application/json", headers={"Origin": PAGE}
    )
    assert answer.status_code == 201
    assert answer["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.django_db
def test_a_program_that_is_no_page_gets_no_such_headers():
    answer = Client().post("/api/mcp", {}, content_type="application/json")
    assert of_cors(answer) == set()


@pytest.mark.django_db
def test_options_without_a_browsers_question_is_no_preflight():
    assert Client().options("/api/mcp", headers={"Origin": PAGE}).status_code == 405


def test_every_address_of_the_gateway_is_among_the_addresses():
    for surface in SURFACES:
        assert ADDRESSES.match(f"/{surface.address}")
