from __future__ import annotations

from campaigns.queries import versions
from mcp_gateway.resource import resource
from mcp_gateway.tool import Result
from mcp_gateway.tool.named import CampaignId
from mcp_gateway.tools.outreach.get_campaign import GetCampaignArguments, get_campaign
from rocketsdr.accounts.actor import Actor


def _version(actor: Actor, id_: int) -> str:
    return versions.campaign_version(actor=actor, campaign_id=id_)


@resource(uri="outreach://campaigns/{id}", title="Campaign", scope="campaigns:read", version=_version)
def campaign(actor: Actor, id_: CampaignId) -> Result:
    """One campaign in full: steps, senders, how far its file and first e-mails are, what is blocked, and why it waits."""
    return get_campaign.run(actor, GetCampaignArguments(campaign_id=id_))
