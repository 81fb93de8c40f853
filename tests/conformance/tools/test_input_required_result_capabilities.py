from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.exchange import current
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import NAME, answers, completion
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_capabilities(actor: Actor, args: Arguments) -> Said:
    """Ask whomever the client lets us ask."""
    can = current().capabilities
    asked = {"question": completion("What is your name?")} if "sampling" in can else {}
    asked |= {"user_name": NAME} if "elicitation" in can else {}
    return Said(said=f"{len(answers(**asked))} have answered.")
