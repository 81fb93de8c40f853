from __future__ import annotations

from mcp_gateway.resource import resource
from mcp_gateway.tool import Arguments, Result
from mcp_gateway.tools.outreach.whoami import whoami
from rocketsdr.accounts.actor import Actor


@resource(uri="outreach://account", title="Account", scope=None)
def account(actor: Actor) -> Result:
    """Whose workspace this credential speaks for, what it may do, and what policy its acts meet."""
    return whoami.run(actor, Arguments())
