"""What a client sees of a server, whichever client it is, and what it should have seen.

Each does the same: it lists the tools and the products, and creates one product twice with one idempotency key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

NEW, OLD = "2026-07-28", "2025-11-25"


@dataclass(frozen=True)
class Seen:
    """The revision that was agreed on, the tools, the products before and after, and the ids that creating gave."""

    version: str | None  # None for a client that does not tell
    tools: list[str]
    before: list[str]
    made: list[int]
    after: list[str]


def faults(seen: Seen, *, version: str, product: str, sample: str) -> Iterator[str]:
    """Name what a client has seen that it should not: `sample` is a product that was there, `product` the one that it made."""
    if seen.version not in {None, version}:
        yield f"it agreed on revision {seen.version}, not {version}"
    if missing := {"list_products", "create_product"} - set(seen.tools):
        yield f"it was not shown {', '.join(sorted(missing))}"
    if sample not in seen.before:
        yield f"it did not see the product {sample}"
    if len(seen.made) != 2 or len(set(seen.made)) != 1:
        yield f"creating a product twice with one key gave the ids {seen.made}"
    if (count := seen.after.count(product)) != 1:
        yield f"afterwards there were {count} products called {product}"
