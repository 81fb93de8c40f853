from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict
from tests.conformance.said import Said


class AlwaysFails(Conflict):
    code = "always_fails"


@tool(doing="testing errors", scope=None, read_only=True, core=False)
def test_error_handling(actor: Actor, args: Arguments) -> Said:
    """Fail, whatever is asked."""
    raise AlwaysFails("This tool intentionally returns an error for testing.")
