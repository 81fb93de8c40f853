from __future__ import annotations

from campaigns.queries import personas
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.assets import PersonaItem
from rocketsdr.accounts.actor import Actor


class ListPersonasResult(PageResult):
    personas: list[PersonaItem]

    def text(self) -> str:
        return listing([each.item() for each in self.personas], empty="No personas yet: create_persona makes one.") + self.more()


@tool(doing="listing personas", scope="campaigns:read", read_only=True, idempotent=True, aliases=("get_personas",))
def list_personas(actor: Actor, args: ListArguments) -> ListPersonasResult:
    """List the buyer personas that campaigns of this workspace can speak to, the newest first."""
    page = personas.list_personas(actor=actor, limit=args.limit, cursor=args.cursor)
    return ListPersonasResult.model_validate({"personas": page.items, "total": page.total, "next_cursor": page.next_cursor})
