from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import YES_OR_NO, answers, form
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_tampered_state(actor: Actor, args: Arguments) -> Said:
    """Ask for a confirmation; a changed state is refused before this is called."""
    answers("asked", confirm=form("Please confirm", ok=YES_OR_NO))
    return Said(said="The state was as it had been given.")
