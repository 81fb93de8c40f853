"""The public client `rocketsdr` with a blank secret, for whoever enters a client id by hand. It is the same in every installation.

It proves nothing about who asks: consent every time, the host that the person is led back to, PKCE, the notice by mail and the page of
connected apps are what guards it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed

from rocketsdr.accounts.models.oauth_application import FIXED_CLIENT_ID

REDIRECT_URIS = (
    "https://claude.ai/api/mcp/auth_callback",  # Claude: web, desktop, mobile
    "https://claude.com/api/mcp/auth_callback",
    "https://chatgpt.com/connector_platform_oauth_redirect",  # ChatGPT; its addresses for single connectors match by pattern
    "cursor://anysphere.cursor-mcp/oauth/callback",  # Cursor
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "https://vscode.dev/redirect",  # VS Code
    "https://insiders.vscode.dev/redirect",
    "http://127.0.0.1/",  # VS Code on the person's computer; a loopback address without a port matches any port
    "http://localhost/",
    "http://127.0.0.1/callback",  # Claude Code, Cursor, the Python SDK
    "http://localhost/callback",
    "http://127.0.0.1/oauth/callback",  # mcp-remote, MCP Inspector
    "http://localhost/oauth/callback",
    "http://localhost/oauth/callback/debug",
)
FIXED: dict[str, Any] = {
    "name": "RocketSDR connector",
    "client_type": "public",
    "authorization_grant_type": "authorization-code",
    "client_secret": "",
    "hash_client_secret": False,  # a digest of nothing would cost a third of a second of CPU each time
    "skip_authorization": False,
    "registration_source": "manual",
    "user": None,
    "algorithm": "",
    "redirect_uris": " ".join(REDIRECT_URIS),
}


def ensure(apps: Any = installed) -> None:
    """Make the client, or put it right again; whether an operator has disabled it stays as it is."""
    apps.get_model("accounts", "OAuthApplication").objects.update_or_create(client_id=FIXED_CLIENT_ID, defaults=FIXED)


def ensure_after_migrate(apps: Any = installed, **_: object) -> None:
    """Do so at the end of every `migrate`, which every deploy runs; one that takes the tables away leaves nothing to do."""
    if "oauthapplication" in apps.all_models["accounts"]:
        ensure(apps)
