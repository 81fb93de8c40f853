from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.identity import Identity
from rocketsdr.accounts import identity
from rocketsdr.accounts.actor import Actor


@tool(doing="reading the account", scope=None, read_only=True, idempotent=True, title="Who am I", aliases=("get_account",))
def whoami(actor: Actor, args: Arguments) -> Identity:
    """Show whose workspace this credential speaks for, what it may do, and what policy its acts meet."""
    return Identity.model_validate(identity.describe(actor=actor), from_attributes=True)
