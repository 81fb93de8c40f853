"""How a campaign is told in a list: its name, its state and its numbers."""

from __future__ import annotations

from typing import Any

from campaigns.queries.analytics import Counters
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import count


class CampaignRow(Part):
    id: int
    name: str
    status: str
    type: str
    leads: int
    sent: int
    delivered: int
    opens: int
    clicks: int
    replies: int
    positive: int
    meetings: int
    rates: dict[str, float | None]

    def item(self) -> tuple[int, str, str]:
        """Return what a list shows: id, name, state and the numbers that matter most."""
        said = [self.status.capitalize(), count(self.leads, "lead"), f"{count(self.sent, 'e-mail')} sent"]
        answers = [f"{self.replies:,} replied", f"{self.positive:,} positive", count(self.meetings, "meeting")]
        return self.id, self.name, ", ".join([*said, *answers])


def numbers(counters: Counters) -> dict[str, Any]:
    """Return those of a campaign's numbers that a list shows."""
    return {name: getattr(counters, name) for name in CampaignRow.model_fields if hasattr(counters, name)}
