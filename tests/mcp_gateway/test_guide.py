"""The guide for language models: whole, true to the registry, and small."""

from __future__ import annotations

import pytest

from mcp_gateway import catalogue, guide, protocol
from mcp_gateway.guide import Advice
from mcp_gateway.surfaces import OUTREACH
from mcp_gateway.tool.signatures import signature

TOOLS = catalogue.of(OUTREACH).tools


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_has_one_line_with_its_arguments(tool):
    lines = [line for line in guide.text().splitlines() if line.startswith(f"- `{tool.name}(")]
    assert lines == [guide.line(tool)]
    assert f"`{tool.name}({signature(tool)})`" in lines[0]
    assert tool.scope is None or tool.scope in lines[0]


def test_a_model_reads_it_in_one_go():
    assert len(guide.text().encode()) < 12_000


def test_every_tool_belongs_to_a_group():
    assert sorted(tool.name for tools in guide.grouped().values() for tool in tools) == sorted(tool.name for tool in TOOLS)


def test_it_has_this_servers_addresses(settings):
    settings.PUBLIC_URL = "https://outreach.example.com"
    assert "`POST https://outreach.example.com/api/mcp`" in guide.text()
    assert "https://outreach.example.com/api/v1/outreach/TOOL" in guide.text()


def test_it_names_the_first_and_the_last_revision_that_are_spoken():
    versions = sorted(protocol.KNOWN_PROTOCOL_VERSIONS)
    assert f"revisions {versions[0]} to {versions[-1]}" in guide.text()


def test_every_tool_that_advice_names_exists():
    for advice in (*guide.told(guide.STEPS), *guide.told(guide.RULES)):
        for name in advice.split("`")[1::2]:
            if "_" in name and not name.endswith(("_key", "_run", "_token", "_id", "_off", "_run: true")):
                assert catalogue.of(OUTREACH).find(name), name


def test_advice_about_a_tool_that_does_not_exist_is_not_told():
    advice = (Advice("Always."), Advice("Perhaps.", ("list_products",)), Advice("Never.", ("list_products", "no_such_tool")))
    assert guide.told(advice) == ["Always.", "Perhaps."]
