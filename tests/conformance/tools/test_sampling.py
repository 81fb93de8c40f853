from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, completion
from tests.conformance.said import Said


class SamplingArguments(Arguments):
    prompt: str


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_sampling(actor: Actor, args: SamplingArguments) -> Said:
    """Say what the client's model makes of a prompt."""
    given = answers(prompt=completion(args.prompt))
    return Said(said=f"LLM response: {given['prompt']['content']['text']}")
