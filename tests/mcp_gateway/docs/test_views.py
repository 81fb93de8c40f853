"""The documents: for everybody, from the registry, and with the reader's own ids where they are known."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from mcp_gateway import catalogue, guide, protocol
from mcp_gateway.rest import problems
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.actor import SCOPES
from tests import factories

TOOLS = catalogue.of(OUTREACH).tools
DOCUMENTS = {
    "/docs/mcp-llm.md": "text/markdown; charset=utf-8",
    "/llms.txt": "text/markdown; charset=utf-8",
    "/.well-known/mcp/server-card.json": "application/json",
    "/api/mcp/server-card": "application/mcp-server-card+json",
    "/api/v1/openapi.json": "application/json",
}


@pytest.fixture
def page(db) -> str:
    response = Client().get("/docs/mcp")
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    text: str = response.content.decode()
    return text


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


# --- The page ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_on_the_page_with_what_it_needs(page, tool):
    row = page.partition(f'id="tool-{tool.name}"')[2].partition("</tr>")[0]
    assert tool.scope is None or f"<code>{tool.scope}</code>" in row
    for field in set(tool.input_schema["properties"]) - {"limit", "cursor", "idempotency_key", "dry_run", "confirmation_token"}:
        assert re.search(rf"<code>{field}\*?</code>", row), field
    assert ("reads only" in row) == tool.read_only
    assert ("destructive" in row) == tool.destructive
    assert bool(re.search(r">\d+ a day<", row)) == (tool.quota is not None)


def test_the_page_has_the_connector_fields(page, settings):
    assert f"{settings.PUBLIC_URL}/api/mcp" in page
    assert re.search(r'id="client-id"[^>]*>rocketsdr<', page)
    assert "leave blank" in page


def test_whoever_is_not_signed_in_sees_marked_placeholders(page):
    for placeholder in ("YOUR_API_KEY", "PRODUCT_ID", "PERSONA_ID", "DRAFT_ID"):
        assert f"<mark>{placeholder}</mark>" in page
        assert not re.search(rf"(?<!<mark>){placeholder}", page)
    assert "Sign in" in page


def test_a_reader_finds_the_ids_of_their_own_workspace(owner, product, persona, stranger):
    factories.ProductFactory.create(workspace=stranger.workspace)
    browser = Client()
    browser.force_login(owner)
    response = browser.get("/docs/mcp")
    text = response.content.decode()
    assert set(re.findall(r"&quot;product_id&quot;: (\d+)", text)) == {str(product.id)}
    assert set(re.findall(r"&quot;persona_id&quot;: (\d+)", text)) == {str(persona.id)}
    assert "PRODUCT_ID" not in text
    assert "private" in response["Cache-Control"]
    assert {"Cookie", "Accept"} <= set(response["Vary"].split(", "))


def test_a_reader_of_an_empty_workspace_sees_placeholders(owner):
    browser = Client()
    browser.force_login(owner)
    assert "<mark>PRODUCT_ID</mark>" in browser.get("/docs/mcp").content.decode()


def test_a_reader_without_a_workspace_sees_the_page(db):
    browser = Client()
    browser.force_login(factories.UserFactory.create())
    assert browser.get("/docs/mcp").status_code == 200


def test_every_problem_has_its_place_on_the_page(page):
    for status in problems.KINDS:
        assert f'id="error-{status}"' in page


def test_the_page_has_no_script_or_style_of_its_own(page):
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/static/rocketsdr/app.js">']
    assert "style=" not in page
    assert "<style" not in page
    assert len(re.findall(r'id="([^"]+)"', page)) == len(set(re.findall(r'id="([^"]+)"', page)))


def test_every_link_of_the_page_leads_somewhere(page, owner):
    browser = Client()
    browser.force_login(owner)
    for link in set(re.findall(r'href="(/[^"#]*)"', page)):
        if not link.startswith("/static/"):
            assert browser.get(link, follow=True).status_code == 200, link
    for place in set(re.findall(r'href="#([^"]+)"', page)):
        assert f'id="{place}"' in page


def test_whoever_prefers_markdown_gets_the_text_for_models(db):
    response = Client().get("/docs/mcp", headers={"Accept": "text/markdown"})
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.content.decode() == guide.text()
    assert "Accept" in response["Vary"]
    for accept in ("", "*/*", "text/html, text/markdown", "a;charset*=bogus'x'y"):
        assert "html" in Client().get("/docs/mcp", headers={"Accept": accept})["Content-Type"]


def test_whoever_has_the_page_is_told_so(db):
    first = Client().get("/docs/mcp")
    assert Client().get("/docs/mcp", headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/docs/", "/docs/mcp/"])
def test_addresses_nearby_lead_to_the_page(path):
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (302, "/docs/mcp")


@pytest.mark.parametrize("path", ["/", "/settings/integrations/", "/settings/integrations/api-keys/"])
def test_the_pages_of_the_product_lead_to_it(owner, path):
    browser = Client()
    browser.force_login(owner)
    assert 'href="/docs/mcp"' in browser.get(path).content.decode()


# --- The other documents -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "content_type"), DOCUMENTS.items())
def test_every_document_is_for_everybody_and_may_be_kept(path, content_type):
    response = Client().get(path)
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert Client().get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert Client().head(path).status_code == 200
    assert Client().post(path).status_code == 405


def test_llms_txt_names_the_other_documents():
    text = Client().get("/llms.txt").content.decode()
    assert text.startswith("# RocketSDR\n\n> ")
    links = re.findall(r"\]\(http://[^/]+(/[^)]+)\)", text)
    assert {"/docs/mcp-llm.md", "/docs/mcp", "/api/v1/openapi.json"} <= set(links)
    for link in links:
        assert Client().get(link).status_code in {200, 302}


def test_the_server_card_keeps_to_the_draft(settings):
    settings.PUBLIC_URL = "https://outreach.example.com"
    card = json.loads(Client().get("/.well-known/mcp/server-card.json", headers={"Host": "localhost"}).content)
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", card["name"])
    assert card["name"] == "com.example.outreach/rocketsdr"
    assert 1 <= len(card["description"]) <= 100
    assert set(card) <= {"$schema", "name", "version", "title", "description", "websiteUrl", "repository", "icons", "remotes", "_meta"}
    (remote,) = card["remotes"]
    assert (remote["type"], remote["url"]) == ("streamable-http", "https://outreach.example.com/api/mcp")
    assert remote["supportedProtocolVersions"] == list(protocol.KNOWN_PROTOCOL_VERSIONS)
    assert card["_meta"]["ai.rocketsdr/authentication"]["required"] is True
    assert "tools" in card["_meta"]["ai.rocketsdr/capabilities"]


@pytest.mark.parametrize(("public_url", "name"), [("http://127.0.0.1:8000", "127.0.0.1/rocketsdr"), ("http://[::1]:8000", "--1/rocketsdr")])
def test_an_address_without_a_name_has_a_card_too(settings, public_url, name):
    settings.PUBLIC_URL = public_url
    assert json.loads(Client().get("/api/mcp/server-card").content)["name"] == name


def test_the_card_says_where_tokens_come_from(settings):
    oauth = json.loads(Client().get("/api/mcp/server-card").content)["_meta"]["ai.rocketsdr/authentication"]["oauth2"]
    described_at = oauth["protected_resource_metadata"].removeprefix(settings.PUBLIC_URL)
    assert Client().get(described_at).json()["resource"] == f"{settings.PUBLIC_URL}/api/mcp"
    assert (oauth["client_id"], oauth["client_secret"]) == ("rocketsdr", "")


def test_the_page_names_every_scope(page):
    assert all(f"<code>{scope}</code>" in page for scope in SCOPES)
