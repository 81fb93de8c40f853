from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import gates
from mcp_gateway.tool import Arguments, Result, tool
from mcp_gateway.tool.screenings import ScreenedItem
from mcp_gateway.tool.wording import lines
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CheckContactArguments(Arguments):
    email: Annotated[str, Field(min_length=3, max_length=320, description="Known to the workspace or not.")]


class CheckContactResult(Result, ScreenedItem):
    def text(self) -> str:
        return lines(
            self.line(),
            f"Lead ID: {self.lead_id}" if self.lead_id else "The workspace does not know them.",
            f"Last e-mail: {self.last_contacted:%Y-%m-%d %H:%M} UTC" if self.last_contacted else "",
        )


@tool(doing="checking the contact", scope="leads:read", read_only=True, idempotent=True, core=False)
def check_contact(actor: Actor, args: CheckContactArguments) -> CheckContactResult:
    """Show whether one person may be written to, with every gate that fails and its evidence."""
    (found,) = gates.screen(actor=actor, emails=[args.email], now=now())
    return CheckContactResult.model_validate(found, from_attributes=True)
