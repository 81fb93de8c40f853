from __future__ import annotations

from mcp_gateway.prompt import prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor


@prompt(title="Simple")
def test_simple_prompt(actor: Actor, args: Arguments) -> str:
    """Say one thing."""
    return "This is a simple prompt for testing."
