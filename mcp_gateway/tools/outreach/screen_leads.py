from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import gates
from mcp_gateway.tool import Id, ListArguments, PageResult, tool
from mcp_gateway.tool.screenings import ScreenedItem
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ScreenLeadsArguments(ListArguments):
    emails: Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=gates.MOST, description="Up to 500.")] = []
    lead_ids: Annotated[list[Id], Field(max_length=gates.MOST, description="In place of emails.")] = []
    campaign_id: Annotated[Id, Field(description="To write to them in this campaign.")] | None = None
    limit: Annotated[int, Field(ge=1, le=100, description="How many results at most.")] = gates.LIMIT


class ScreenLeadsResult(PageResult):
    results: list[ScreenedItem]
    counts: Annotated[dict[str, int], Field(description="Of all, by decision.")]
    failing: Annotated[dict[str, int], Field(description="Of all, by gate.")]

    def text(self) -> str:
        counted = ", ".join(f"{number:,} {decision}" for decision, number in sorted(self.counts.items()))
        return "\n".join([f"Screened {self.total:,}: {counted}.", *(each.line() for each in self.results)]) + self.more()


@tool(doing="screening leads", scope="leads:read", read_only=True, idempotent=True, core=False)
def screen_leads(actor: Actor, args: ScreenLeadsArguments) -> ScreenLeadsResult:
    """Show of each address or lead whether it may be written to, with everything that speaks against it.

    deny: nothing would be sent, or must not be. allow_at_risk: somebody should look first. To go on with a cursor send the same list.
    """
    return ScreenLeadsResult.model_validate(gates.screen_page(actor=actor, **args.model_dump(), now=now()), from_attributes=True)
