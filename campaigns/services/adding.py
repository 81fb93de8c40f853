"""Leads into a campaign that is there already, each with what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign, CampaignStatus, Enrollment, EnrollmentStatus, Job, LeadImport
from campaigns.models.campaign import LAUNCHED
from campaigns.queries.campaigns import get_campaign
from campaigns.rules import csv_rows, lead_records
from campaigns.services import following, importing, launching, taking
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict

ADDED, ENROLLED, ALREADY = "added", "enrolled", "already_in_campaign"
SUPPRESSED, DUPLICATE, REJECTED = "suppressed", "duplicate", "rejected"
REASONS = {
    ENROLLED: "The workspace knew them already.",
    ALREADY: "They are in the campaign already.",
    SUPPRESSED: "They are suppressed: nothing is sent to them.",
}


class NotAddable(Conflict):
    code = "campaign_not_addable"


@dataclass(frozen=True, slots=True)
class OneLead:
    """What became of one of the leads, by its place in the list; `lead_id` is None for who became none."""

    index: int
    outcome: str
    lead_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Added:
    """A campaign after leads were added, with what became of each; the job of its new launch where it was launched."""

    campaign: Campaign
    lead_import: LeadImport
    results: list[OneLead]
    job: Job | None


@transaction.atomic
def add(*, actor: Actor, campaign_id: int, leads: Sequence[Mapping[str, str | int]], overwrite: bool, now: datetime) -> Added:
    """Take leads into a campaign. One that is launched already stops sending until the approval policy has been met anew.

    Nobody gets an e-mail twice: who is in the campaign already goes on where they are.
    """
    found = get_campaign(actor=actor, campaign_id=campaign_id)
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=found.id)
    _check_open(actor, campaign)
    records = taking.records_of(actor=actor, leads=leads)
    attached = taking.take_records(actor=actor, campaign=campaign, records=records, overwrite=overwrite, now=now)
    importing.run(lead_import_id=attached.lead_import.id, now=now)
    results = list(_results(attached.lead_import, lead_records.as_csv(records)))
    is_new = any(each.outcome in (ADDED, ENROLLED) for each in results)
    job = _launch_again(actor, campaign, now) if is_new and campaign.status in LAUNCHED else None
    if is_new and campaign.status == CampaignStatus.PAUSED:
        launching.forget_review(campaign)
    campaign.refresh_from_db()
    attached.lead_import.refresh_from_db()
    return Added(campaign, attached.lead_import, results, job)


def _check_open(actor: Actor, campaign: Campaign) -> None:
    if campaign.status in (CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED):
        raise NotAddable(f"The campaign is {campaign.status}.", fix="Make a new one with create_campaign.", status=campaign.status)
    if campaign.status in LAUNCHED:
        actor.require("campaigns:send")


def _launch_again(actor: Actor, campaign: Campaign, now: datetime) -> Job | None:
    """Have the first e-mails of the new leads written and reviewed; a launch that is still being read has its job already."""
    if campaign.status == CampaignStatus.IMPORTING:
        return None
    launching.begin_again(campaign, actor=actor, now=now)
    return following.begin_launch(actor=actor, campaign=campaign, tool="add_leads", now=now)


def _results(lead_import: LeadImport, content: bytes) -> Iterator[OneLead]:
    """Say what became of each, in the order in which they were named."""
    table = csv_rows.read(content)
    problems = {line: (outcome, reason) for line, outcome, reason in lead_import.problems.values_list("line", "outcome", "reason")}
    keys = {row.line: row.email_key for row in table.rows}
    inside = Enrollment.objects.filter(campaign_id=lead_import.campaign_id, lead__email_key__in=keys.values(), lead__archived_at=None)
    enrolled = {each.lead.email_key: each for each in inside.select_related("lead")}
    for line in range(2, table.data_rows + 2):
        index = lead_records.number_of(line) - 1
        enrollment = enrolled.get(keys.get(line, ""))
        if line in problems:
            yield OneLead(index, problems[line][0], None, problems[line][1])
        elif enrollment is not None:
            outcome = _outcome(enrollment, lead_import)
            yield OneLead(index, outcome, enrollment.lead_id, REASONS.get(outcome, ""))


def _outcome(enrollment: Enrollment, lead_import: LeadImport) -> str:
    if enrollment.status == EnrollmentStatus.SUPPRESSED:
        return SUPPRESSED
    if enrollment.came_by_id != lead_import.id:
        return ALREADY
    return ADDED if enrollment.lead.made_by_id == lead_import.id else ENROLLED
