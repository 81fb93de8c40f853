from __future__ import annotations

from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.changing import OF_PROMPTS, turn
from tests.conformance.said import Said


@tool(doing="changing the list of prompts", scope=None)
def test_trigger_prompt_change(actor: Actor, args: WriteArguments) -> Said:
    """Give the caller's key one prompt more, or one less."""
    return Said(said=turn(actor, OF_PROMPTS))
