"""How the audit log is told."""

from __future__ import annotations

from datetime import UTC, datetime

from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import cell


class EffectItem(Part):
    action: str
    entity: str
    facts: dict[str, str | int | bool | None]


class EntryItem(Part):
    id: int
    at: datetime
    actor: str
    via: str
    client: str
    tool: str
    args_digest: str
    effects: list[EffectItem]
    undo_until: datetime | None
    prev_hash: str
    hash: str

    def item(self) -> tuple[int, str, str]:
        """Return what a list shows: id, what was done, and by whom, when, with what."""
        done = ", ".join(f"{each.action} {each.entity}".strip() for each in self.effects)
        undoable = f"undo_action until {self.undo_until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.undo_until else ""
        by = [f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", f"{self.actor} ({self.via})", self.tool, cell(self.client), undoable]
        return self.id, done, " | ".join(part for part in by if part)
