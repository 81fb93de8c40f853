"""Who calls: an API key in X-API-Key, a key or an access token as Bearer, or both when they speak for one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.connections import actor_of_token
from rocketsdr.accounts.oauth import resources
from rocketsdr.accounts.services import KEY_MARK, actor_of_api_key


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a request presents, and the address of the surface that it presents it to; it is never shown and never logged."""

    api_key: str = ""
    bearer: str = ""
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.api_key or self.bearer)


def presented(headers: Mapping[str, str], address: str = "") -> Credentials:
    """Read the credentials from a request's headers, the only place where they count."""
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    return Credentials(
        api_key=headers.get("X-API-Key", "").strip(),
        bearer=token.strip() if scheme.lower() == "bearer" else "",
        address=address,
    )


def actor_of(credentials: Credentials, *, now: datetime) -> Actor | None:
    """Return who presents these credentials today; None unless every one of them is good and they speak for one workspace."""
    by_key = actor_of_api_key(credentials.api_key, now=now) if credentials.api_key else None
    if not credentials.bearer or credentials.bearer == credentials.api_key:
        return by_key
    by_bearer = _actor_of_bearer(credentials.bearer, credentials.address, now=now)
    if not credentials.api_key:
        return by_bearer
    return _both(by_key, by_bearer)


def _actor_of_bearer(token: str, address: str, *, now: datetime) -> Actor | None:
    """Tell a key by its mark, so that it never reaches the lookup of access tokens; those count at the one surface they are for."""
    if token.startswith(KEY_MARK):
        return actor_of_api_key(token, now=now)
    return actor_of_token(token, resource=resources.identifier(address), now=now)


def _both(first: Actor | None, second: Actor | None) -> Actor | None:
    """Return the caller who presents two credentials: they may what both allow."""
    if first is None or second is None or first.workspace_id != second.workspace_id:
        return None
    return first.joined(second)
