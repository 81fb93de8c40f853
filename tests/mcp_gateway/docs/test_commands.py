"""The commands of the page: what they call exists and takes what they send."""

from __future__ import annotations

import json
import re

import pytest

from mcp_gateway import catalogue
from mcp_gateway.docs.commands import Ids, commands
from mcp_gateway.surfaces import OUTREACH

COMMANDS = commands(Ids(product=12, persona=7))
BODIES = {name: json.loads(found[1]) for name, command in COMMANDS.items() if (found := re.search(r"-d '(.*)'", command.text, re.DOTALL))}


@pytest.mark.parametrize("name", [name for name, body in BODIES.items() if body.get("method") == "tools/call"])
def test_every_call_is_one_that_the_tool_takes(name):
    params = BODIES[name]["params"]
    tool = catalogue.of(OUTREACH).find(params["name"])
    assert tool is not None
    tool.parse({**params["arguments"], **({"campaign_id": 1} if "campaign_id" in params["arguments"] else {})})


def test_a_shell_takes_every_command_as_one():
    assert len(COMMANDS) == 13
    for command in COMMANDS.values():
        assert command.text.count("'") in {0, 2}
        assert all(line.endswith("\\") for line in command.text.partition(" -d ")[0].splitlines()[:-1])


def test_placeholders_are_told_apart_from_the_rest():
    pieces = commands(Ids())["finalize"].pieces
    assert [piece for piece, placeholder in pieces if placeholder] == ["YOUR_API_KEY", "DRAFT_ID", "PRODUCT_ID", "PERSONA_ID"]
    assert "".join(piece for piece, _ in pieces) == commands(Ids())["finalize"].text
