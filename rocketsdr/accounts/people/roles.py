"""Who may give which role: pure, and the only place that says so."""

from __future__ import annotations

ROLES = ("owner", "admin", "member", "viewer")  # the mightiest first

MANAGED_BY: dict[str, tuple[str, ...]] = {"owner": ROLES, "admin": ("admin", "member", "viewer")}

MEANING = {
    "owner": "Everything, other owners included",
    "admin": "Manages people, keys and approvals, but no owners",
    "member": "Prepares and launches campaigns, answers replies",
    "viewer": "Sees everything, changes nothing",
}


def manageable(mine: str) -> tuple[str, ...]:
    """Return the roles that somebody of the role `mine` may give, change and take away: never one above their own."""
    return MANAGED_BY.get(mine, ())
