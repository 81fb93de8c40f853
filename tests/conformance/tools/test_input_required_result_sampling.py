from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, completion
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_sampling(actor: Actor, args: Arguments) -> Said:
    """Say what the client's model answers."""
    given = answers(capital_question=completion("What is the capital of France?"))
    return Said(said=given["capital_question"]["content"]["text"])
