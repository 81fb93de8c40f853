"""What a token may be good for: one protected resource for each surface of the gateway, which names its surfaces here at the start."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

METADATA = "/.well-known/oauth-protected-resource"
BASE_SCOPES: list[str] = settings.OAUTH2_PROVIDER["DEFAULT_SCOPES"]  # type: ignore[assignment]  # what a first connection asks for


@dataclass(frozen=True, slots=True)
class Resource:
    """One surface. `address` is its path without slashes around it; the identifier is the URL that people paste."""

    address: str
    name: str

    @property
    def identifier(self) -> str:
        return identifier(self.address)

    @property
    def metadata_url(self) -> str:
        return metadata_url(self.address)


_by_address: dict[str, Resource] = {}


def register(resource: Resource) -> None:
    """Let tokens be asked for this resource; the first one is meant where a client names none."""
    _by_address[resource.address] = resource


def at(address: str) -> Resource | None:
    """Return the resource at this path."""
    return _by_address.get(address)


def default() -> Resource:
    """Return the resource of a client that names none."""
    return next(iter(_by_address.values()))


def named(text: str) -> Resource | None:
    """Return the resource that a client names, with or without a slash at its end; None for any other text."""
    return next((one for one in _by_address.values() if text in (one.identifier, f"{one.identifier}/")), None)


def identifier(address: str) -> str:
    """Return the identifier of the resource at this path."""
    return f"{settings.PUBLIC_URL}/{address}"


def metadata_url(address: str) -> str:
    """Return where a client reads about the resource at this path."""
    return f"{settings.PUBLIC_URL}{METADATA}/{address}"
