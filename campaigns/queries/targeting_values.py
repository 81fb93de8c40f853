"""The values that targeting takes, whether the workspace has leads of them or not."""

from __future__ import annotations

from campaigns.rules.targeting.search import Match, TargetingType, search
from rocketsdr.accounts.actor import Actor


def search_targeting(*, actor: Actor, query: str, kind: TargetingType, limit: int = 10) -> list[Match]:
    """Return the supported values of one type that the query may mean, the best first; empty where nothing is called so."""
    actor.require("leads:read")
    return search(query, kind, limit=limit)
