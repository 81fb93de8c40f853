from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.services import campaigns
from mcp_gateway.tool import ActArguments, Id, tool
from mcp_gateway.tool.assets import Name
from mcp_gateway.tool.campaigns import CampaignFields, CampaignOutcome, Type
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CreateCampaignArguments(CampaignFields, ActArguments):
    name: Name
    type: Annotated[Type, Field(description="Where the leads come from.")]
    product_id: Annotated[Id, Field(description="From list_products.")]
    persona_id: Annotated[Id, Field(description="From list_personas.")]
    launch: Annotated[bool, Field(description="false: keep it as a draft; a key that may not send uses create_campaign_draft.")] = True

    def acts(self) -> bool:
        return self.launch


@tool(
    doing="creating the campaign",
    scope="campaigns:send",
    quota="create_campaign",
    cost=5,
    open_world=True,
    act=True,
    long_running=True,
    aliases=("launch_campaign",),
)
def create_campaign(actor: Actor, args: CreateCampaignArguments) -> CampaignOutcome:
    """Create a campaign and launch it: real e-mails go to real people.

    Give csv_content or csv_url, targeting (1,000 leads without max_leads), or leads. The first e-mail leaves after the workspace's hold
    (10 minutes by default), within sending hours and daily caps; until then pause_campaign stops it. Show the user a preview_email first.
    10 campaigns a day by default.
    """
    return CampaignOutcome.of(campaigns.create(actor=actor, spec=args.spec(args.name), launch=args.launch, now=now()))
