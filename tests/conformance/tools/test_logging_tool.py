from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.exchange import current
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, reports=True)
def test_logging_tool(actor: Actor, args: Arguments) -> Said:
    """Tell the client what happens, if it wants to know."""
    current().log("info", "This is told.")
    return Said(said="Told.")
