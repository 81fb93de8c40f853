from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from campaigns.services import adding
from mcp_gateway.tool import ActArguments, Id, tool
from mcp_gateway.tool.added_leads import AddLeadsResult
from mcp_gateway.tool.campaigns import NamedLeads
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class AddLeadsArguments(ActArguments):
    campaign_id: Id
    leads: Annotated[NamedLeads, Field(description="Each lead_id, lead_ref, or email and columns as in a CSV.")]
    on_duplicate: Annotated[Literal["skip", "update"], Field(description="Of leads you have: keep or update them.")] = "update"


@tool(doing="adding leads", scope="leads:write", open_world=True, act=True, long_running=True)
def add_leads(actor: Actor, args: AddLeadsArguments) -> AddLeadsResult:
    """Store up to 1,000 leads in a campaign, with an outcome for each.

    A launched campaign writes to them too: it stops, and goes on after the hold, or the approval that its policy asks for.
    """
    leads = [each.named() for each in args.leads]
    overwrite = args.on_duplicate == "update"
    return AddLeadsResult.of(adding.add(actor=actor, campaign_id=args.campaign_id, leads=leads, overwrite=overwrite, now=now()))
