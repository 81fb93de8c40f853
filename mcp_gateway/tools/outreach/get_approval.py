from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import approvals
from mcp_gateway.tool import Arguments, Id, Result, tool
from mcp_gateway.tool.approvals import ApprovalItem
from rocketsdr.accounts.actor import Actor


class GetApprovalArguments(Arguments):
    approval_id: Annotated[Id, Field(description="From list_approvals, or from an act that waits.")]


class GetApprovalResult(Result):
    approvals: list[ApprovalItem]

    def text(self) -> str:
        return "\n\n".join(each.sheet() for each in self.approvals)


@tool(doing="reading the approval", scope="oversight:read", read_only=True, idempotent=True, core=False)
def get_approval(actor: Actor, args: GetApprovalArguments) -> GetApprovalResult:
    """Show one approval in full: how many people the act reaches, some of them, and the words that they would read."""
    shown = approvals.show(actor=actor, approval_id=args.approval_id)
    return GetApprovalResult(approvals=[ApprovalItem.of(shown, words=True)])
