from __future__ import annotations

from datetime import datetime
from typing import Self

from campaigns.queries import campaigns as queries
from campaigns.services import campaigns
from campaigns.services.campaigns import Held
from mcp_gateway.tool import Id, Result, WriteArguments, tool
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ResumeCampaignArguments(WriteArguments):
    campaign_id: Id


class ResumeCampaignResult(Result):
    campaign_id: int
    status: str
    backlog: int
    preview: str
    hold_until: datetime | None

    @classmethod
    def of(cls, resumed: Held) -> Self:
        campaign, backlog = resumed.campaign, resumed.held_messages
        going = f"{count(backlog, 'planned e-mail')} {'goes' if backlog == 1 else 'go'} out to real people."
        waits_for = queries.blocked_by(campaign=campaign, now=now())
        about = {"campaign_id": campaign.id, "status": campaign.status, "hold_until": campaign.hold_until}
        return cls(**about, backlog=backlog, preview=" ".join([going, *waits_for]))

    def text(self) -> str:
        return f"Campaign {self.campaign_id} is {self.status}. {self.preview} pause_campaign stops it."


@tool(doing="resuming the campaign", scope="campaigns:send", cost=5, open_world=True)
def resume_campaign(actor: Actor, args: ResumeCampaignArguments) -> ResumeCampaignResult:
    """Start a paused campaign again: what was held back goes out to real people after the workspace's hold."""
    return ResumeCampaignResult.of(campaigns.resume(actor=actor, campaign_id=args.campaign_id, now=now()))
