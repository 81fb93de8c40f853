from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from campaigns.services import suppressions
from mcp_gateway.tool import Result, WriteArguments, tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

Reason = Literal["unsubscribed", "complaint", "bounced", "manual"]


class AddSuppressionArguments(WriteArguments):
    value: Annotated[str, Field(min_length=3, max_length=254, description="An e-mail address, or a domain for everybody there.")]
    reason: Annotated[Reason, Field(description="manual when none of the others fits.")]
    note: Annotated[str, Field(max_length=500)] = ""


class SuppressionItem(Part):
    id: int
    kind: str
    value: str
    reason: str


class AddSuppressionResult(Result):
    entry: SuppressionItem
    stopped_messages: int

    def text(self) -> str:
        stopped = count(self.stopped_messages, "planned e-mail")
        return f"{self.entry.value} is suppressed ({self.entry.reason}): nothing more is sent there. Stopped: {stopped}."


@tool(doing="adding the suppression", scope="compliance:write", idempotent=True, aliases=("suppress",))
def add_suppression(actor: Actor, args: AddSuppressionArguments) -> AddSuppressionResult:
    """Stop all e-mail from this workspace to an address or a domain, for good and at once. Nobody is told."""
    made = suppressions.suppress(actor=actor, value=args.value, reason=args.reason, note=args.note, now=now())
    return AddSuppressionResult.model_validate(made, from_attributes=True)
