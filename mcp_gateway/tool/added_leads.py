"""How leads that were added to a campaign are told."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar, Self

from campaigns.queries import campaigns as queries
from campaigns.queries.jobs import Job
from campaigns.services.adding import ADDED, ENROLLED, Added
from mcp_gateway.tool.jobs import LongResult
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.wording import brief, count, lines
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

SHOWN = 20  # leads that did not get in, told one by one
_TOLD = {"added": "new", "enrolled": "known before", "already_in_campaign": "already in it"}


class AddedItem(Part):
    index: int
    outcome: str
    lead_id: int | None
    reason: str


class AddLeadsResult(LongResult):
    volatile: ClassVar[frozenset[str]] = frozenset({"job_id", "import_id", "results", "waits_for"})

    campaign_id: int
    status: str
    import_id: int
    counts: dict[str, int]
    waits_for: list[str]
    results: list[AddedItem]

    @classmethod
    def of(cls, added: Added) -> Self:
        return cls(
            campaign_id=added.campaign.id,
            status=added.campaign.status,
            import_id=added.lead_import.id,
            counts=dict(Counter(each.outcome for each in added.results)),
            waits_for=queries.blocked_by(campaign=added.campaign, now=now()) if added.campaign.launched_at else [],
            results=[AddedItem.model_validate(each) for each in added.results],
            job_id=added.job.id if added.job else None,
        )

    @classmethod
    def of_job(cls, actor: Actor, job: Job) -> Self:
        """Return how the campaign stands now that its new leads are written to; what became of each was told at once."""
        campaign = queries.get_campaign(actor=actor, campaign_id=job.campaign_id or 0)
        last = campaign.lead_imports.order_by("id").last()
        waits_for = queries.blocked_by(campaign=campaign, now=now())
        about = {"campaign_id": campaign.id, "status": campaign.status, "import_id": last.id if last else 0}
        return cls(**about, counts={}, waits_for=waits_for, results=[], job_id=job.id)

    def promise(self) -> dict[str, Any]:
        return {**super().promise(), "leads": [(each.index, each.outcome) for each in self.results]}

    def text(self) -> str:
        into = sum(self.counts.get(outcome, 0) for outcome in (ADDED, ENROLLED))
        told = ", ".join(f"{number:,} {_TOLD.get(outcome, outcome)}" for outcome, number in sorted(self.counts.items()))
        out = [each for each in self.results if each.outcome not in (ADDED, ENROLLED)]
        return lines(
            f"{count(into, 'lead')} added to campaign {self.campaign_id}, which is {self.status}{f' ({told})' if told else ''}.",
            f"Import ID: {self.import_id}",
            *(f"- Lead {each.index}: {brief(each.reason)}" for each in out[:SHOWN]),
            f"… and {len(out) - SHOWN:,} more that were left out" if len(out) > SHOWN else "",
            *(f"Waiting: {brief(each)}" for each in self.waits_for),
        )
