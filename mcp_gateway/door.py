"""What every door of the gateway asks of an HTTP request, and the words in which it refuses one."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from mcp_gateway import auth
from mcp_gateway.incoming import Incoming
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.oauth import cors, resources

AnyRequest = HttpRequest | Incoming

ANOTHER_HOST = "This server does not answer to that Host: use the address that its operator gave you."
FOREIGN_ORIGIN = "Pages of this origin may not call here."
UNAUTHORIZED = "Unauthorized: send a valid API key in X-API-Key, or a valid API key or access token as Bearer."


def is_for_another_host(request: AnyRequest) -> bool:
    """Say whether the request names a host that this installation is not (another way to rebind a name)."""
    try:
        request.get_host()
    except DisallowedHost:
        return True
    return False


def is_of_foreign_page(request: AnyRequest) -> bool:
    """Say whether a page of another site calls: a browser on this network must not lend its place to it (DNS rebinding)."""
    origin = request.headers.get("Origin")
    return origin is not None and not cors.is_listed(origin, own=f"{request.scheme}://{request.get_host()}")


def challenge(request: AnyRequest, address: str) -> str:
    """Return the WWW-Authenticate of a refused request: whether a credential was missing or no good, and how to get one by OAuth."""
    error = 'error="invalid_token", ' if auth.presented(request.headers) else ""
    return f'Bearer {error}resource_metadata="{resources.metadata_url(address)}", scope="{" ".join(resources.BASE_SCOPES)}"'


def step_up(actor: Actor, missing: str, address: str) -> str:
    """Return the WWW-Authenticate for a client that lacks scopes for which it may ask its person.

    It names what the client has, too: one that takes the list for the whole of what it needs must not lose the rest.
    """
    scopes = " ".join(sorted(actor.scopes.union(missing.split())))
    return f'Bearer error="insufficient_scope", scope="{scopes}", resource_metadata="{resources.metadata_url(address)}"'


def too_large() -> str:
    """Return the sentence for a body that nobody reads."""
    return f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024} MB: upload large files instead."
