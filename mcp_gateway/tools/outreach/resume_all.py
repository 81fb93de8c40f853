from __future__ import annotations

from typing import ClassVar

from mcp_gateway.tool import Result, WriteArguments, tool
from rocketsdr.accounts import pausing
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class ResumeAllResult(Result):
    volatile: ClassVar[frozenset[str]] = frozenset({"approval_id"})

    approval_id: int
    status: str

    def text(self) -> str:
        return f"A person has to lift the pause: approval {self.approval_id} waits for them. Nothing is sent until then."


@tool(doing="asking to resume the workspace", scope="oversight:write", destructive=True, open_world=True, core=False)
def resume_all(actor: Actor, args: WriteArguments) -> ResumeAllResult:
    """Start asking people to lift the pause of the workspace; no agent can lift it, and nothing is sent until a person does."""
    approval = pausing.ask_to_resume(actor=actor, now=now())
    return ResumeAllResult(approval_id=approval.id, status="pending_approval")
