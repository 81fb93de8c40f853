from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Shown, embedded


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_embedded_resource(actor: Actor, args: Arguments) -> Shown:
    """Give a resource within the answer."""
    resource = embedded("test://embedded-resource", mime_type="text/plain", text="This is an embedded resource content.")
    return Shown(said="A resource.", blocks=[resource])
