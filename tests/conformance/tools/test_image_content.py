from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import IMAGE, Shown


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_image_content(actor: Actor, args: Arguments) -> Shown:
    """Give a picture of one red pixel."""
    return Shown(said="A red pixel.", blocks=[IMAGE])
