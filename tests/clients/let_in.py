"""What a client sees that signs in by OAuth, whichever client and whichever way, and what it should have seen.

Each does the same: it is let in, lists the tools and the products, goes on when its token has expired, and asks its person once more
when a tool needs a scope that it was not given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Way = Literal["fixed", "registration", "document"]
FIXED = "rocketsdr"
# The document of Claude Code is pinned, so that nothing has to be fetched; it leads back to /callback on this computer, at any port.
DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"
BEYOND = "compliance:write"  # what add_suppression needs, and no client gets at first


@dataclass(frozen=True)
class LetIn:
    """The id by which the client was let in, what it saw, whether it refreshed, and its scopes before and after it asked for more."""

    client_id: str
    tools: list[str]
    products: list[str]
    refreshed: bool
    scopes: list[str]
    more_scopes: list[str]
    suppressed: str
    consents: int = 0


def faults(seen: LetIn, *, way: Way, sample: str) -> Iterator[str]:
    """Name what is not as it should be."""
    rules = {
        f"it was let in as {seen.client_id}": _is_of(way, seen.client_id),
        "it was not shown list_products": "list_products" in seen.tools,
        f"it did not see the product {sample}": sample in seen.products,
        "it did not refresh its token": seen.refreshed,
        f"it was given {BEYOND} at first": BEYOND not in seen.scopes,
        f"asking for more gave it {' '.join(seen.more_scopes)}": {*seen.scopes, BEYOND} <= set(seen.more_scopes),
        "it could not use the tool that it had asked for": seen.suppressed.endswith("@refused.example"),
        f"its person was asked {seen.consents} times, not twice": seen.consents == 2,
    }
    yield from (fault for fault, holds in rules.items() if not holds)


def _is_of(way: Way, client_id: str) -> bool:
    if way == "registration":
        return client_id not in {"", FIXED} and "://" not in client_id
    return client_id == {"fixed": FIXED, "document": DOCUMENT}[way]
