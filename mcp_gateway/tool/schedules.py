"""How it is told what a campaign sends on the next days."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict

from mcp_gateway.tool.campaign_detail import ScheduleItem
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result, one_line
from mcp_gateway.tool.wording import brief, count, lines


class DayItem(Part):
    day: date
    emails: int
    steps: dict[int, int]

    def line(self) -> str:
        steps = ", ".join(f"{emails:,} of step {step}" for step, emails in self.steps.items())
        return f"- {self.day:%a %Y-%m-%d}: {count(self.emails, 'e-mail')} ({steps})"


class CampaignSchedule(Result):
    """`waiting` counts e-mails that are written; `days` are those on which some leave, `later` what leaves after the last of 14 days."""

    model_config = ConfigDict(from_attributes=True)

    campaign_id: int
    name: str
    status: str
    schedule: ScheduleItem
    opens_at: datetime | None
    blocked_by: list[str]
    waiting: int
    days: list[DayItem]
    later: int
    estimated_finish: datetime | None
    assumptions: list[str]

    def text(self) -> str:
        return lines(
            f"- **ID: {self.campaign_id}** - {one_line(self.name)}",
            f"  Status: {self.status} | Waiting: {count(self.waiting, 'e-mail')} | Later: {self.later:,}",
            self.schedule.line(),
            *(f"  Waiting: {brief(reason)}" for reason in self.blocked_by),
            *(each.line() for each in self.days),
            *self.assumptions,
        )
