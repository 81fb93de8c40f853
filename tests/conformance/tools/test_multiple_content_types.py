from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import IMAGE, Shown, embedded


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_multiple_content_types(actor: Actor, args: Arguments) -> Shown:
    """Give a text, a picture and a resource in one answer."""
    resource = embedded("test://mixed-content-resource", mime_type="application/json", text='{"test":"data","value":123}')
    return Shown(said="Multiple content types test:", blocks=[IMAGE, resource])
