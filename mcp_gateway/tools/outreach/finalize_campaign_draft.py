from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from campaigns.services import campaigns
from mcp_gateway.tool import ActArguments, Id, tool
from mcp_gateway.tool.assets import Name
from mcp_gateway.tool.campaigns import CampaignFields, CampaignOutcome, as_in_create_campaign
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class FinalizeCampaignDraftArguments(CampaignFields, ActArguments):
    model_config = ConfigDict(json_schema_extra=as_in_create_campaign)

    campaign_id: Annotated[Id, Field(description="Of the draft.")]
    name: Name | None = None
    product_id: Annotated[Id, Field(description="From list_products.")]
    persona_id: Annotated[Id, Field(description="From list_personas.")]


@tool(
    doing="finalizing the draft",
    scope="campaigns:send",
    cost=5,
    open_world=True,
    act=True,
    long_running=True,
    aliases=("launch_campaign_draft",),
)
def finalize_campaign_draft(actor: Actor, args: FinalizeCampaignDraftArguments) -> CampaignOutcome:
    """Launch a draft: real e-mails go to real people after the workspace's hold; until then pause_campaign stops it.

    What is left out stays as it was saved.
    """
    return CampaignOutcome.of(campaigns.finalize(actor=actor, campaign_id=args.campaign_id, spec=args.spec(args.name), now=now()))
