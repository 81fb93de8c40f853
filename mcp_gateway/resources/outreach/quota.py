from __future__ import annotations

from mcp_gateway.resource import resource
from mcp_gateway.tool import Arguments, Result
from mcp_gateway.tools.outreach.get_quota import get_quota
from rocketsdr.accounts.actor import Actor


@resource(uri="outreach://quota", title="Daily quotas", scope=None)
def quota(actor: Actor) -> Result:
    """The workspace's daily quotas: the limit, what is used today and when it resets."""
    return get_quota.run(actor, Arguments())
