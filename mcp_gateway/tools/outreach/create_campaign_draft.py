from __future__ import annotations

from pydantic import ConfigDict

from campaigns.services import campaigns
from mcp_gateway.tool import tool
from mcp_gateway.tool.assets import Name
from mcp_gateway.tool.campaigns import CampaignFields, CampaignOutcome, as_in_create_campaign
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CreateCampaignDraftArguments(CampaignFields):
    model_config = ConfigDict(json_schema_extra=as_in_create_campaign)

    name: Name


@tool(doing="creating the draft", scope="campaigns:write", quota="create_campaign", long_running=True)
def create_campaign_draft(actor: Actor, args: CreateCampaignDraftArguments) -> CampaignOutcome:
    """Save a campaign without sending anything; only its name is needed.

    What is given now (leads too) need not come again with finalize_campaign_draft, which launches it. 10 campaigns a day by default.
    """
    return CampaignOutcome.of(campaigns.create(actor=actor, spec=args.spec(args.name), launch=False, now=now()))
