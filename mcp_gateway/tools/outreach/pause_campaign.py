from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.services import campaigns
from mcp_gateway.tool import Id, Result, WriteArguments, tool
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class PauseCampaignArguments(WriteArguments):
    campaign_id: Id
    reason: Annotated[str, Field(max_length=300, description="Shown to people.")] = ""


class PauseCampaignResult(Result):
    campaign_id: int
    status: str
    held_messages: int

    def text(self) -> str:
        held = count(self.held_messages, "planned e-mail")
        return f"Campaign {self.campaign_id} is {self.status}. Held back until resume_campaign: {held}."


@tool(doing="pausing the campaign", scope="campaigns:write", idempotent=True, aliases=("stop_campaign",))
def pause_campaign(actor: Actor, args: PauseCampaignArguments) -> PauseCampaignResult:
    """Stop a launched campaign now: nothing more leaves until resume_campaign, and nothing planned is lost."""
    paused = campaigns.pause(actor=actor, campaign_id=args.campaign_id, reason=args.reason, now=now())
    return PauseCampaignResult(campaign_id=paused.campaign.id, status=paused.campaign.status, held_messages=paused.held_messages)
