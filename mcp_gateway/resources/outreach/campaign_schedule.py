from __future__ import annotations

from campaigns.queries import schedule, versions
from mcp_gateway.resource import resource
from mcp_gateway.tool.named import CampaignId
from mcp_gateway.tool.schedules import CampaignSchedule
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


def _version(actor: Actor, id_: int) -> str:
    return f"{now():%Y-%m-%d} {versions.campaign_version(actor=actor, campaign_id=id_)}"


@resource(uri="outreach://campaigns/{id}/schedule", title="What a campaign sends next", scope="campaigns:read", version=_version)
def campaign_schedule(actor: Actor, id_: CampaignId) -> CampaignSchedule:
    """What leaves on which of the next 14 days if nobody answers: the e-mails that wait and their follow-ups, within caps and hours."""
    return CampaignSchedule.model_validate(schedule.upcoming(actor=actor, campaign_id=id_, now=now()))
