"""The server card: what a client may know before it connects. It follows the draft of the MCP extension for server cards (SEP-2127)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from pydantic_core import to_json

from mcp_gateway import guide, protocol
from mcp_gateway.protocol import methods
from mcp_gateway.surfaces import OUTREACH, SERVER_NAME, SERVER_TITLE, SERVER_VERSION
from rocketsdr.accounts.models.oauth_application import FIXED_CLIENT_ID
from rocketsdr.accounts.oauth import resources

MEDIA_TYPE = "application/mcp-server-card+json"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/v2/server-card.schema.json"
OURS = "ai.rocketsdr"  # the prefix of what the draft has no field for


def server_card() -> bytes:
    """Return the card for the addresses of this server."""
    return to_json(
        {
            "$schema": SCHEMA,
            "name": f"{_namespace()}/{SERVER_NAME}",
            "version": SERVER_VERSION,
            "title": SERVER_TITLE,
            "description": "Finds leads, writes and sends sales e-mail to real people, and reads their replies.",
            "websiteUrl": f"{settings.PUBLIC_URL}/docs/mcp",
            "remotes": [_remote()],
            "_meta": {f"{OURS}/capabilities": methods.capabilities(OUTREACH), f"{OURS}/authentication": _authentication()},
        }
    )


def _remote() -> dict[str, Any]:
    secret = {"isSecret": True, "isRequired": False}
    return {
        "type": "streamable-http",
        "url": guide.server_url(),
        "supportedProtocolVersions": list(protocol.KNOWN_PROTOCOL_VERSIONS),
        "headers": [
            {"name": "X-API-Key", "description": "An API key; or send Authorization.", **secret},
            {"name": "Authorization", "description": "Bearer and an access token or an API key; or send X-API-Key.", **secret},
        ],
    }


def _authentication() -> dict[str, Any]:
    """Say which credentials are taken, and how a client gets one by OAuth."""
    described_at = resources.metadata_url(OUTREACH.address)
    oauth = {"client_id": FIXED_CLIENT_ID, "client_secret": "", "protected_resource_metadata": described_at}
    return {"required": True, "schemes": ["api_key", "bearer", "oauth2"], "oauth2": oauth}


def _namespace() -> str:
    """Write the host as namespaces are: outreach.example.com becomes com.example.outreach; an IP address stays as it is."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    if re.fullmatch(r"[0-9.]+|.*:.*", host):
        return host.replace(":", "-")
    return ".".join(reversed(host.split(".")))
