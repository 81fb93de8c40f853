from __future__ import annotations

import time

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.exchange import current
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said

STEP = 0.05  # seconds; the suite wants to see the messages apart


@tool(doing="answering", scope=None, read_only=True, core=False, reports=True)
def test_tool_with_progress(actor: Actor, args: Arguments) -> Said:
    """Tell the client how far it is."""
    for done in (0, 50, 100):
        current().progress(done, 100, f"{done} of 100 are done.")
        time.sleep(STEP)
    return Said(said="All of it is done.")
