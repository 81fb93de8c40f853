from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import PrivateAttr

from campaigns.queries import campaigns as queries
from campaigns.queries.jobs import Job
from campaigns.services import campaigns
from campaigns.services.campaigns import Held
from mcp_gateway.tool import ActArguments, Id, tool
from mcp_gateway.tool.jobs import LongResult
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ResumeCampaignArguments(ActArguments):
    campaign_id: Id


class ResumeCampaignResult(LongResult):
    volatile: ClassVar[frozenset[str]] = frozenset({"job_id", "preview", "hold_until"})

    _launch_digest: str = PrivateAttr("")

    campaign_id: int
    status: str
    backlog: int
    preview: str
    hold_until: datetime | None

    @classmethod
    def of_job(cls, actor: Actor, job: Job) -> Self:
        """Return what the tool would say now that its job is over."""
        return cls.of(campaigns.held(actor=actor, job=job))

    @classmethod
    def of(cls, resumed: Held) -> Self:
        campaign, backlog = resumed.campaign, resumed.held_messages
        going = f"{count(backlog, 'planned e-mail')} {'goes' if backlog == 1 else 'go'} out to real people."
        waits_for = queries.blocked_by(campaign=campaign, now=now())
        about = {"campaign_id": campaign.id, "status": campaign.status, "hold_until": campaign.hold_until}
        job_id = resumed.job.id if resumed.job else None
        made = cls(**about, backlog=backlog, preview=" ".join([going, *waits_for]), job_id=job_id)
        made._launch_digest = campaign.launch_digest
        return made

    def promise(self) -> dict[str, Any]:
        return {**super().promise(), "launch": self._launch_digest}

    def text(self) -> str:
        return f"Campaign {self.campaign_id} is {self.status}. {self.preview} pause_campaign stops it."


@tool(doing="resuming the campaign", scope="campaigns:send", cost=5, open_world=True, act=True, long_running=True)
def resume_campaign(actor: Actor, args: ResumeCampaignArguments) -> ResumeCampaignResult:
    """Start a paused campaign again: what was held back goes out to real people after the workspace's hold."""
    return ResumeCampaignResult.of(campaigns.resume(actor=actor, campaign_id=args.campaign_id, now=now()))
