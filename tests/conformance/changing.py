"""What the suite changes while it listens: the lists of its key, which hold what the key's scopes allow."""

from __future__ import annotations

from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey

OF_TOOLS, OF_PROMPTS = "ads:read", "crm:read"  # a fixture tool needs the one, a fixture prompt the other


def turn(actor: Actor, scope: str) -> str:
    """Give the caller's key a scope, or take it away where it has it; say which."""
    key = ApiKey.objects.get(id=int(actor.credential.removeprefix("key:")))
    had = scope in key.scopes
    key.scopes = [each for each in key.scopes if each != scope] if had else [*key.scopes, scope]
    key.save(update_fields=["scopes"])
    return f"The key may {'no longer' if had else 'now'} {scope}."
