"""The OpenAPI document: every tool, with the very schemas that calls are held against."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest
from django.test import Client

from mcp_gateway import catalogue
from mcp_gateway.rest import openapi
from mcp_gateway.surfaces import OUTREACH

TOOLS = catalogue.of(OUTREACH).tools
PATH = "/api/v1/openapi.json"


@pytest.fixture
def document() -> dict[str, Any]:
    response = Client().get(PATH)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = response.json()
    return found


def test_every_tool_is_an_operation_with_its_own_schemas(document):
    paths = document["paths"]
    assert set(paths) == {"/api/v1/outreach/", *(f"/api/v1/outreach/{tool.name}" for tool in TOOLS)}
    for tool in TOOLS:
        operation = paths[f"/api/v1/outreach/{tool.name}"]["post"]
        assert operation["operationId"] == tool.name
        assert operation["requestBody"]["content"]["application/json"]["schema"] == tool.input_schema
        assert operation["responses"]["200"]["content"]["application/json"]["schema"] == tool.output_schema
        assert tool.description in operation["description"]
        assert tool.scope is None or tool.scope in operation["description"]
        assert ("parameters" in operation) == (not tool.read_only)


def test_every_schema_is_one_of_2020_12(document):
    for item in document["paths"].values():
        for operation in item.values():
            bodies = [operation.get("requestBody", {"content": {}}), operation["responses"]["200"]]
            for content in [each for body in bodies for each in body["content"].values()]:
                jsonschema.Draft202012Validator.check_schema(content["schema"])


def test_every_reference_leads_somewhere(document):
    text = json.dumps(document)
    for place in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        node: Any = document
        for key in place.removeprefix("#/").split("/"):
            node = node[key]


def test_the_document_has_the_credentials_and_this_servers_address(document, settings):
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": settings.PUBLIC_URL}]
    assert set(document["components"]["securitySchemes"]) == {"apiKey", "bearer"}


def test_another_public_address_gives_another_document(settings):
    settings.PUBLIC_URL = "https://outreach.example.com"
    assert json.loads(openapi.document())["servers"] == [{"url": "https://outreach.example.com"}]


def test_whoever_has_it_is_told_so(document):
    first = Client().get(PATH)
    again = Client().get(PATH, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Access-Control-Allow-Origin"] == "*"


def test_it_is_only_read():
    response = Client().post(PATH)
    assert (response.status_code, response["Content-Type"], response["Allow"]) == (405, "application/problem+json", "GET, HEAD")
