from __future__ import annotations

from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import NAME, answers
from tests.conformance.working import Working, begin


@tool(doing="computing", scope=None, core=False, long_running=True)
def test_tool_with_task(actor: Actor, args: WriteArguments) -> Working:
    """Ask for a name, and greet whoever has it, later."""
    name = answers(user_name=NAME)["user_name"]["content"]["name"]
    return begin(actor, "test_tool_with_task", seconds=0.2, said=f"Hello, {name}!")
