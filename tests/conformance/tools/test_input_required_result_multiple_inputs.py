from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import NAME, answers, completion, roots
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_multiple_inputs(actor: Actor, args: Arguments) -> Said:
    """Ask the user, the model and the client at once."""
    given = answers("asked", user_name=NAME, greeting=completion("Generate a greeting", 50), client_roots=roots())
    return Said(said=f"{given['greeting']['content']['text']} {given['user_name']['content']['name']}")
