from __future__ import annotations

from mcp_gateway.resource import resource
from rocketsdr.accounts.actor import Actor


@resource(uri="test://watched-resource", title="A text to watch", mime_type="text/plain", scope=None)
def watched_resource(actor: Actor) -> str:
    """Hold a text that clients may watch."""
    return "Watched resource content."
