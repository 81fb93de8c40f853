from __future__ import annotations

import base64

from mcp_gateway.resource import resource
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import RED_PIXEL


@resource(uri="test://static-binary", title="A picture", mime_type="image/png", scope=None)
def static_binary(actor: Actor) -> bytes:
    """Hold a picture of one red pixel."""
    return base64.b64decode(RED_PIXEL)
