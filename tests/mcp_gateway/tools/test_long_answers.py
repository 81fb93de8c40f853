"""No list is longer than a model can read, and following its cursor shows each item exactly once."""

from __future__ import annotations

import json

from mcp_gateway.tool.capping import MOST
from tests import factories


def test_a_hundred_long_products_are_shown_each_exactly_once(agent, workspace):
    made = factories.ProductFactory.create_batch(100, workspace=workspace, description="d" * 5000)
    seen, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        result = agent.result("list_products", limit=100, **({"cursor": cursor} if cursor else {}))
        data = result["structuredContent"]
        assert len(result["content"][0]["text"]) <= MOST
        assert len(json.dumps(data)) <= MOST + 1000
        assert data["total"] == 100
        seen += [each["id"] for each in data["products"]]
        cursor, pages = data["next_cursor"], pages + 1
        if cursor:
            assert data["truncated"] is result["_meta"]["truncated"] is True
            assert f'call again with cursor "{cursor}"' in result["content"][0]["text"]
    assert seen == sorted((product.id for product in made), reverse=True)
    assert 25 <= pages <= 50


def test_a_list_of_short_products_is_one_page(agent, workspace):
    factories.ProductFactory.create_batch(30, workspace=workspace)
    result = agent.result("list_products", limit=30)
    assert len(result["structuredContent"]["products"]) == 30
    assert "truncated" not in result["structuredContent"]
    assert "_meta" not in result


def test_one_item_that_is_too_long_by_itself_is_cut(agent, workspace):
    long = {"value_props": ["v" * 500] * 20, "proof_points": ["p" * 500] * 20, "description": "d" * 5000}
    factories.ProductFactory.create_batch(2, workspace=workspace, **long)
    result = agent.result("list_products")
    assert len(result["structuredContent"]["products"]) == 1
    assert result["structuredContent"]["next_cursor"]
    assert len(json.dumps(result["structuredContent"])) <= MOST + 1000
