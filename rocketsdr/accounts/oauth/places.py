"""Where a client leads the person back to, in words that a person understands."""

from __future__ import annotations

from urllib.parse import urlsplit

from rocketsdr.accounts.models.connection import THIS_COMPUTER

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def returns_to(redirect_uri: str) -> str:
    """Return the host of a redirect address, or “this computer” for a loopback address and for a program's own scheme."""
    parts = urlsplit(redirect_uri)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or host in LOOPBACK or not host:
        return THIS_COMPUTER
    return host[:255]
