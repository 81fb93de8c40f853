from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway import journal
from mcp_gateway.journal import Wanted
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.journal import EntryItem
from mcp_gateway.tool.numbers import Moment
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class GetAuditLogArguments(ListArguments):
    actor: (
        Annotated[str, Field(max_length=254, description="A credential (key:12, connection:12), a person's e-mail, or a door (mcp, web).")]
        | None
    ) = None
    tool: Annotated[str, Field(max_length=64, description="The name of the tool that did it.")] | None = None
    entity: Annotated[str, Field(max_length=64, description="What it was done to: campaign:12, or campaign.")] | None = None
    from_: Annotated[Moment | None, Field(alias="from", description="A day (in the workspace's time zone) or a time.")] = None
    to: Annotated[Moment | None, Field(description="The last day, or the time before which.")] = None

    def wanted(self) -> Wanted:
        """Return which entries the caller asks for."""
        return Wanted(actor=self.actor, tool=self.tool, entity=self.entity, start=self.from_, end=self.to)


class GetAuditLogResult(PageResult):
    entries: list[EntryItem]

    def text(self) -> str:
        return listing([each.item() for each in self.entries], empty="Nothing found.") + self.more()


@tool(doing="reading the audit log", scope="oversight:read", read_only=True, idempotent=True, aliases=("list_audit_log",))
def get_audit_log(actor: Actor, args: GetAuditLogArguments) -> GetAuditLogResult:
    """List what people, agents and the platform have done in this workspace, the latest first; each entry is chained to the one before."""
    page = journal.list_entries(actor=actor, wanted=args.wanted(), limit=args.limit, cursor=args.cursor, now=now())
    shown = [EntryItem.model_validate(each) for each in page.items]
    return GetAuditLogResult(entries=shown, total=page.total, next_cursor=page.next_cursor)
