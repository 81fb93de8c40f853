from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.exchange import current
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import TEXT, answers, form
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_multi_round(actor: Actor, args: Arguments) -> Said:
    """Ask for a name, then for a color; the name travels in the state meanwhile."""
    known = current().state or answers({}, step1=form("Step 1: What is your name?", name=TEXT))["step1"]["content"]
    color = answers(known, step2=form("Step 2: What is your favorite color?", color=TEXT))["step2"]["content"]["color"]
    return Said(said=f"{known['name']} likes {color}.")
