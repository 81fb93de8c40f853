from __future__ import annotations

from mcp_gateway.resource import resource
from rocketsdr.accounts.actor import Actor


@resource(uri="test://static-text", title="A text", mime_type="text/plain", scope=None)
def static_text(actor: Actor) -> str:
    """Hold one text that never changes."""
    return "This is the content of the static text resource."
