"""What lists can be narrowed to."""

from __future__ import annotations

from campaigns.queries import campaigns
from campaigns.queries.pages import MAX_LIMIT
from rocketsdr.accounts.http import SignedInRequest


def campaign_choices(request: SignedInRequest) -> list[tuple[str, str]]:
    """Return the workspace's newest campaigns, and the one that the address names; somebody else's is not found."""
    found = {each.id: each.name for each in campaigns.list_campaigns(actor=request.actor, limit=MAX_LIMIT).items}
    given = request.GET.get("campaign_id", "")
    if given.isascii() and given.isdigit() and int(given) not in found:
        named = campaigns.get_campaign(actor=request.actor, campaign_id=int(given))
        found[named.id] = named.name
    return [(str(campaign_id), name) for campaign_id, name in found.items()]
