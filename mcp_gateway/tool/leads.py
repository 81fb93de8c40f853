"""How a lead is told."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from campaigns.queries.leads import LeadView
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import cell, count


class LeadItem(Part):
    id: int
    email: str
    name: str
    company: str
    title: str
    campaign_id: int | None
    status: str
    steps_sent: int
    last_event: str | None
    last_event_at: datetime | None

    @classmethod
    def of(cls, view: LeadView) -> Self:
        lead, last = view.lead, view.last_event
        who = {"email": lead.email, "name": lead.full_name, "company": lead.company, "title": lead.title}
        where = {"campaign_id": view.enrollment.campaign_id if view.enrollment else None, "status": view.status}
        what = {"last_event": last.kind if last else None, "last_event_at": last.at if last else None}
        return cls(id=lead.id, **who, **where, steps_sent=view.steps_sent, **what)

    def item(self) -> tuple[int, str, str]:
        """Return what a list shows: id, name, and who and how far the lead is."""
        work = cell(" at ".join(part for part in (self.title, self.company) if part))
        sent = count(self.steps_sent, "e-mail") + " sent"
        return self.id, self.name or self.email, " | ".join(part for part in (f"Email: {self.email}", work, self.status, sent) if part)
