from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, completion
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True)
def test_missing_capability(actor: Actor, args: Arguments) -> Said:
    """Ask the client's model, whether there is one or not."""
    given = answers(question=completion("What is the capital of France?"))
    return Said(said=given["question"]["content"]["text"])
