from __future__ import annotations

import time

from mcp_gateway.tool import Arguments, tool
from mcp_gateway.tool.exchange import current
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said

STEP = 0.05  # seconds; the suite wants to see the messages apart


@tool(doing="answering", scope=None, read_only=True, core=False, reports=True)
def test_tool_with_logging(actor: Actor, args: Arguments) -> Said:
    """Tell the client three times what happens."""
    for told in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        current().log("info", told)
        time.sleep(STEP)
    return Said(said="Told three times.")
