from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from mcp_gateway.tool import Id, Result, WriteArguments, tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import lines
from rocketsdr.accounts import undo
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class UndoActionArguments(WriteArguments):
    audit_id: Annotated[Id, Field(description="_meta.audit_id of the answer.")]


class LeftItem(Part):
    what: str
    why: str


class UndoActionResult(Result):
    model_config = ConfigDict(from_attributes=True)

    undone: list[str]
    not_undoable: list[LeftItem]

    def text(self) -> str:
        return lines(
            *(f"Undone: {each}" for each in self.undone),
            *(f"Not undone: {each.what}. {each.why}" for each in self.not_undoable),
        )


@tool(doing="undoing the action", scope="campaigns:write", destructive=True)
def undo_action(actor: Actor, args: UndoActionArguments) -> UndoActionResult:
    """Reverse one earlier action of this workspace, within 7 days, and say what of it cannot be reversed.

    A launched campaign is paused, a draft archived, a new product or persona deleted while unused, a changed one gets its words back.
    E-mail that has left stays sent; no suppression, opt-out or pause is lifted.
    """
    return UndoActionResult.model_validate(undo.undo(actor=actor, audit_id=args.audit_id, now=now()))
