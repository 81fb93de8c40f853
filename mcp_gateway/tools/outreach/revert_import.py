from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from campaigns.services import reverting
from campaigns.services.reverting import Reverted
from mcp_gateway.tool import Id, Result, WriteArguments, tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import count, lines
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class RevertImportArguments(WriteArguments):
    import_id: Annotated[Id, Field(description="From add_leads or get_campaign.")]


class KeptItem(Part):
    lead_id: int
    why: str


class RevertImportResult(Result):
    import_id: int
    removed: int
    left_campaign: int
    kept_total: int
    kept: list[KeptItem]

    @classmethod
    def of(cls, done: Reverted) -> Self:
        kept = [KeptItem.model_validate(each) for each in done.kept]
        counts = {"removed": done.removed, "left_campaign": done.left_campaign, "kept_total": done.kept_total}
        return cls(import_id=done.lead_import.id, **counts, kept=kept)

    def text(self) -> str:
        gone = f"{count(self.removed, 'lead')} deleted, {self.left_campaign:,} taken out of the campaign"
        return lines(
            f"Import {self.import_id} is taken back: {gone}.",
            f"{count(self.kept_total, 'lead')} stay:" if self.kept_total else "",
            *(f"- Lead {each.lead_id}: {each.why}" for each in self.kept[:20]),
        )


@tool(doing="reverting the import", scope="leads:write", destructive=True, idempotent=True, core=False)
def revert_import(actor: Actor, args: RevertImportArguments) -> RevertImportResult:
    """Reverse one import of leads: whoever came with it and was not contacted is deleted, with the e-mails planned for them.

    What it changed of leads that were there before stays.
    """
    return RevertImportResult.of(reverting.revert(actor=actor, import_id=args.import_id, now=now()))
