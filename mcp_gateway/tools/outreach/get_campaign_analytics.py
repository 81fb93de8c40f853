from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from campaigns.queries import analytics
from mcp_gateway.tool import Arguments, Id, tool
from mcp_gateway.tool.numbers import CampaignNumbers, Moment
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

GroupBy = Annotated[str, Field(max_length=50), WithJsonSchema({"type": "string", "enum": list(analytics.GROUPS)})]


class GetCampaignAnalyticsArguments(Arguments):
    campaign_id: Id
    from_: Annotated[Moment | None, Field(alias="from", description="A day (in the workspace's time zone) or a time.")] = None
    to: Annotated[Moment | None, Field(description="The last day, or the time before which.")] = None
    group_by: GroupBy | None = None


@tool(
    doing="reading the analytics",
    scope="analytics:read",
    read_only=True,
    idempotent=True,
    aliases=("get_analytics", "get_campaign_stats"),
)
def get_campaign_analytics(actor: Actor, args: GetCampaignAnalyticsArguments) -> CampaignNumbers:
    """Count what one campaign has brought: e-mails, leads reached, replies, opt-outs, bounces; each rate with its denominator."""
    window = {"start": args.from_, "end": args.to}
    return CampaignNumbers.of(
        analytics.campaign_analytics(actor=actor, campaign_id=args.campaign_id, **window, group_by=args.group_by, now=now())
    )
