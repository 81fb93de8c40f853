from __future__ import annotations

from typing import Literal

from campaigns.queries import approvals
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.approvals import ApprovalItem
from rocketsdr.accounts.actor import Actor


class ListApprovalsArguments(ListArguments):
    status: Literal["pending", "approved", "rejected", "withdrawn"] | None = None


class ListApprovalsResult(PageResult):
    approvals: list[ApprovalItem]

    def text(self) -> str:
        return listing([each.item() for each in self.approvals], empty="No approvals found.") + self.more()


@tool(doing="listing approvals", scope="oversight:read", read_only=True, idempotent=True, core=False, aliases=("get_approvals",))
def list_approvals(actor: Actor, args: ListApprovalsArguments) -> ListApprovalsResult:
    """List the acts that wait for somebody's approval, and those that were decided, the newest first."""
    page = approvals.list_approvals(actor=actor, **args.model_dump())
    shown = [ApprovalItem.of(each, words=False) for each in page.items]
    return ListApprovalsResult(approvals=shown, total=page.total, next_cursor=page.next_cursor)
