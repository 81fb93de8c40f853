from __future__ import annotations

from campaigns.models.job import BROKEN_OFF
from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.working import Working, begin


@tool(doing="computing", scope=None, core=False, long_running=True)
def protocol_error_job(actor: Actor, args: WriteArguments) -> Working:
    """Begin a work in which something of ours breaks."""
    return begin(actor, "protocol_error_job", seconds=0.2, said="The work broke off.", error_code=BROKEN_OFF)
