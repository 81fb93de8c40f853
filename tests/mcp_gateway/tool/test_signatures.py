from __future__ import annotations

import pytest

from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH
from mcp_gateway.tool.signatures import kind, signature


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "integer", "minimum": 1, "maximum": 100}, "1..100"),
        ({"type": "integer", "minimum": 1}, "integer"),
        ({"enum": ["csv", "leads"], "type": "string"}, "csv|leads"),
        ({"const": "csv"}, "csv"),
        ({"type": ["integer", "string"], "pattern": "^[0-9]+$"}, "id"),
        ({"anyOf": [{"type": "string"}, {"type": "boolean"}]}, "string|boolean"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array"}, "any[]"),
        ({"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]}, "{a, b*}"),
        ({"type": "object"}, "object"),
        ({}, "any"),
    ],
)
def test_a_schema_in_a_word_or_two(schema, said):
    assert kind(schema) == said


def test_required_arguments_come_first_and_those_of_every_tool_are_left_out():
    preview = catalogue.of(OUTREACH).find("preview_email")
    products = catalogue.of(OUTREACH).find("list_products")
    pause = catalogue.of(OUTREACH).find("pause_campaign")
    assert preview and products and pause
    assert signature(products) == ""
    assert signature(pause) == "campaign_id*: id, reason: string"
    assert "step: 1..10 = 1" in signature(preview)
