"""Why the law lets a person's data be kept, as files say it."""

from __future__ import annotations

from campaigns.rules.targeting.tables import plain

BASES = {
    "consent": "consent",
    "opt in": "consent",
    "contract": "contract",
    "customer": "contract",
    "legitimate interest": "legitimate_interest",
    "legitimate interests": "legitimate_interest",
    "public": "public_data",
    "public data": "public_data",
    "publicly available": "public_data",
}


def basis_of(text: str) -> str:
    """Return the lawful basis that a text names; "unknown" where it names none."""
    return BASES.get(plain(text), "unknown")
