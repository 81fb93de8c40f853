from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.changing import OF_TOOLS
from tests.conformance.said import Said


@tool(doing="answering", scope=OF_TOOLS, read_only=True)
def coming_and_going(actor: Actor, args: Arguments) -> Said:
    """Answer, as long as the caller's key may have it."""
    return Said(said="Here.")
