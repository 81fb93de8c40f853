from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from campaigns.services import pausing
from mcp_gateway.tool import Result, WriteArguments, tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import count
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class PauseAllArguments(WriteArguments):
    reason: Annotated[str, Field(max_length=300, description="Shown to people.")] = ""


class StoppedItem(Part):
    campaigns: int
    senders: int
    queued: int


class PauseAllResult(Result):
    model_config = ConfigDict(from_attributes=True)

    paused: StoppedItem

    def text(self) -> str:
        stopped = self.paused
        held = f"{count(stopped.campaigns, 'campaign')}, {count(stopped.senders, 'sender')} and {count(stopped.queued, 'planned e-mail')}"
        return f"The workspace is paused: nothing more leaves. Held back: {held}. A person lifts the pause; resume_all asks them to."


@tool(doing="pausing the workspace", scope=None, idempotent=True, aliases=("stop_all", "emergency_stop"))
def pause_all(actor: Actor, args: PauseAllArguments) -> PauseAllResult:
    """Stop all e-mail of the workspace at once, whatever is planned or running; any credential may, and only a person lifts it.

    Nothing planned is lost. Use it when something goes wrong and it is not clear what.
    """
    return PauseAllResult.model_validate({"paused": pausing.pause_all(actor=actor, reason=args.reason, now=now())})
