"""How it is told whether somebody may be written to."""

from __future__ import annotations

from datetime import datetime

from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import brief


class GateItem(Part):
    gate: str
    forbids: bool
    evidence: str


class ScreenedItem(Part):
    email: str
    lead_id: int | None
    decision: str
    gates: list[GateItem]
    last_contacted: datetime | None

    def line(self) -> str:
        why = " ".join(brief(gate.evidence) for gate in self.gates)
        return f"- {brief(self.email)}: **{self.decision}**{f'. {why}' if why else ''}"
