from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import NAME, answers
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True)
def test_streaming_elicitation(actor: Actor, args: Arguments) -> Said:
    """Ask the user for a name."""
    given = answers(user_name=NAME)
    return Said(said=f"Hello, {given['user_name']['content']['name']}!")
