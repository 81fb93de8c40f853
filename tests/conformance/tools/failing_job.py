from __future__ import annotations

from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.working import Working, begin


@tool(doing="computing", scope=None, core=False, long_running=True)
def failing_job(actor: Actor, args: WriteArguments) -> Working:
    """Begin a work that ends with a refusal."""
    return begin(actor, "failing_job", seconds=0.2, said="There is nothing to compute.", error_code="nothing_to_compute")
