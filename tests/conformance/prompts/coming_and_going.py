from __future__ import annotations

from mcp_gateway.prompt import prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor
from tests.conformance.changing import OF_PROMPTS


@prompt(title="Coming and going", scopes=(OF_PROMPTS,))
def coming_and_going(actor: Actor, args: Arguments) -> str:
    """Say something, as long as the caller's key may have it."""
    return "Here."
