"""One campaign in full."""

from __future__ import annotations

from datetime import datetime

from mcp_gateway.tool.campaigns import DAYS
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result, one_line
from mcp_gateway.tool.wording import brief, cell, count, lines


class StepItem(Part):
    position: int
    channel: str
    wait_days: int
    subject: str
    body: str

    def line(self) -> str:
        wait = f", {count(self.wait_days, 'day')} later" if self.position > 1 else ""
        return f"  Step {self.position}{wait}: {brief(self.subject) or 'in the same thread'}"


class SenderItem(Part):
    id: int
    email: str
    status: str


class ImportItem(Part):
    id: int
    filename: str
    status: str
    error: str
    rows: int
    accepted: int
    updated: int
    duplicates: int
    rejected: int

    def line(self) -> str:
        name = f"File {cell(self.filename)}" if self.filename else "File"
        if self.status != "done":
            return f"  {name}: {self.status} {self.error}".rstrip()
        known = f"{self.accepted:,} new, {self.updated:,} known, {count(self.duplicates, 'duplicate')}, {self.rejected:,} rejected"
        return f"  {name}: {count(self.rows, 'row')}: {known}"


class BlockedItem(Part):
    lead_id: int
    email: str
    reason: str


class ScheduleItem(Part):
    timezone: str
    days: list[int]
    start: str
    end: str

    def line(self) -> str:
        return f"  Hours: {', '.join(DAYS[day - 1] for day in self.days)} {self.start}-{self.end} {self.timezone}"


class CampaignItem(Part):
    """`deliveries` and `enrollments` count e-mails and leads by status; `blocked` shows the first leads who cannot be written to."""

    id: int
    name: str
    status: str
    type: str
    product_id: int | None
    persona_id: int | None
    leads: int
    previews_ready: int
    previews_blocked: int
    blocked: list[BlockedItem]
    imports: list[ImportItem]
    steps: list[StepItem]
    senders: list[SenderItem]
    schedule: ScheduleItem
    deliveries: dict[str, int]
    enrollments: dict[str, int]
    health: str
    blocked_by: list[str]
    hold_until: datetime | None
    estimated_finish: datetime | None


class CampaignDetail(Result):
    """One campaign; `blocked_by` says what keeps it from sending now."""

    campaign: CampaignItem

    def text(self) -> str:
        each = self.campaign
        return lines(
            f"- **ID: {each.id}** - {one_line(each.name)}",
            f"  Status: {each.status} | Type: {each.type} | Health: {each.health}",
            f"  Product ID: {each.product_id or 'none'} | Persona ID: {each.persona_id or 'none'}",
            f"  Senders: {', '.join(sender.email for sender in each.senders) or 'none'}",
            each.schedule.line(),
            f"  Leads: {each.leads:,} | First e-mails written: {each.previews_ready:,} | Blocked: {each.previews_blocked:,}",
            *(f"  Blocked: {lead.email} (lead {lead.lead_id}): {brief(lead.reason)}" for lead in each.blocked),
            *(file.line() for file in each.imports),
            *(step.line() for step in each.steps),
            f"  E-mails: {_by_status(each.deliveries)}",
            *(f"  Waiting: {brief(reason)}" for reason in each.blocked_by),
            f"  Last e-mail about: {each.estimated_finish:%Y-%m-%d}" if each.estimated_finish else "",
        )


def _by_status(counted: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {status}" for status, number in sorted(counted.items())) or "none yet"
