from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said


class GreetArguments(Arguments):
    name: str


@tool(doing="greeting", scope=None, read_only=True, core=False)
def greet(actor: Actor, args: GreetArguments) -> Said:
    """Greet somebody, at once."""
    return Said(said=f"Hello, {args.name}!")
