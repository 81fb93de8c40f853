from __future__ import annotations

from campaigns.queries import campaigns
from mcp_gateway.tool import Arguments, Id, tool
from mcp_gateway.tool.campaign_detail import CampaignDetail
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class GetCampaignArguments(Arguments):
    campaign_id: Id


@tool(
    doing="reading the campaign",
    scope="campaigns:read",
    read_only=True,
    idempotent=True,
    aliases=("get_campaign_details", "get_campaign_status"),
)
def get_campaign(actor: Actor, args: GetCampaignArguments) -> CampaignDetail:
    """Show one campaign in full: steps, senders, how far its file and first e-mails are, what is blocked, and why it waits."""
    return CampaignDetail.model_validate({"campaign": campaigns.detail(actor=actor, campaign_id=args.campaign_id, now=now())})
