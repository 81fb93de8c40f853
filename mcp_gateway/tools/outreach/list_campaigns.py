from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from campaigns.queries import analytics, campaigns
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.campaign_row import CampaignRow, numbers
from rocketsdr.accounts.actor import Actor


class ListCampaignsArguments(ListArguments):
    status: Literal["draft", "importing", "scheduled", "running", "paused", "completed", "archived"] | None = None
    type: Literal["csv"] | None = None
    query: Annotated[str, Field(max_length=200, description="A part of the name.")] | None = None


class ListCampaignsResult(PageResult):
    campaigns: list[CampaignRow]

    def text(self) -> str:
        return listing([each.item() for each in self.campaigns], empty="No campaigns found.") + self.more()


@tool(doing="listing campaigns", scope="campaigns:read", read_only=True, idempotent=True, aliases=("get_campaigns",))
def list_campaigns(actor: Actor, args: ListCampaignsArguments) -> ListCampaignsResult:
    """List the workspace's campaigns with their numbers, the newest first."""
    page = campaigns.list_campaigns(actor=actor, **args.model_dump())
    counted = analytics.campaign_counters(actor=actor, campaign_ids=[each.id for each in page.items])
    rows = [CampaignRow(id=each.id, name=each.name, status=each.status, type=each.type, **numbers(counted[each.id])) for each in page.items]
    return ListCampaignsResult(campaigns=rows, total=page.total, next_cursor=page.next_cursor)
