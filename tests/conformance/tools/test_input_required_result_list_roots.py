from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import answers, roots
from tests.conformance.said import Said


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_input_required_result_list_roots(actor: Actor, args: Arguments) -> Said:
    """Say which folders the client works in."""
    given = answers(client_roots=roots())
    return Said(said=", ".join(root["uri"] for root in given["client_roots"]["roots"]))
