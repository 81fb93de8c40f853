from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_simple_text(actor: Actor, args: Arguments) -> Said:
    """Give one simple text."""
    return Said(said="This is a simple text response for testing.")
