from __future__ import annotations

from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.changing import OF_TOOLS, turn
from tests.conformance.said import Said


@tool(doing="changing the list of tools", scope=None)
def test_trigger_tool_change(actor: Actor, args: WriteArguments) -> Said:
    """Give the caller's key one tool more, or one less."""
    return Said(said=turn(actor, OF_TOOLS))
