from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mcp_gateway.tool import ActArguments, Id, Result, tool
from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ResolveApprovalArguments(ActArguments):
    approval_id: Annotated[Id, Field(description="From list_approvals.")]
    decision: Annotated[Literal["approve", "reject"], Field(description="approve: it happens at once.")]
    digest: Annotated[str, Field(min_length=64, max_length=64, description="From get_approval: of what was reviewed.")]
    note: Annotated[str, Field(max_length=500)] = ""

    def acts(self) -> bool:
        return self.decision == "approve"


class ResolveApprovalResult(Result):
    approval_id: int
    status: str
    effect: str

    def text(self) -> str:
        return f"Approval {self.approval_id} is {self.status}. {self.effect}"


@tool(doing="deciding the approval", scope="oversight:write", destructive=True, open_world=True, act=True, core=False)
def resolve_approval(actor: Actor, args: ResolveApprovalArguments) -> ResolveApprovalResult:
    """Approve or reject an act that waits; approved, it takes place at once: e-mails may go to real people.

    Only a credential that an owner lets approve may, and never what it has asked for itself. Read get_approval first: the digest
    proves that what is decided is what was read.
    """
    approve = args.decision == "approve"
    decided = approvals.decide(actor=actor, approval_id=args.approval_id, approve=approve, digest=args.digest, note=args.note, now=now())
    return ResolveApprovalResult(approval_id=decided.id, status=decided.status, effect=approvals.effect_of(decided))
