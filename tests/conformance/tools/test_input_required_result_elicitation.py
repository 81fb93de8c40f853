from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import NAME, answers
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_elicitation(actor: Actor, args: Arguments) -> Said:
    """Greet the user by the name that they give."""
    given = answers(user_name=NAME)
    return Said(said=f"Hello, {given['user_name']['content']['name']}!")
