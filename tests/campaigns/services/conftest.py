"""A campaign on its way: leads enrolled, a file read, jobs run where a worker would run them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from campaigns.models import Campaign, Enrollment, LeadImport
from campaigns.services import heartbeat, launching, preparing
from tests import factories

Enrol = Callable[..., Enrollment]


@pytest.fixture
def enrol(now: datetime) -> Enrol:
    def enrol_one(campaign: Campaign, **fields: object) -> Enrollment:
        lead = factories.LeadFactory.create(workspace=campaign.workspace, **fields)
        return factories.EnrollmentFactory.create(campaign=campaign, lead=lead)

    return enrol_one


@pytest.fixture
def loaded(draft: Campaign, enrol: Enrol, now: datetime) -> Campaign:
    """A draft of two steps whose file is read: Ada, Bob without a company, Cem."""
    factories.StepFactory.create_batch(2, campaign=draft)
    enrol(draft, email="ada@customer.example", first_name="Ada", company="Analytical Engines")
    enrol(draft, email="bob@customer.example", first_name="Bob", company="")
    enrol(draft, email="cem@customer.example", first_name="Cem", company="Cem & Co")
    LeadImport.objects.create(
        workspace=draft.workspace,
        campaign=draft,
        content_digest="c" * 64,
        status="done",
        rows=3,
        accepted=3,
        created_at=now,
        finished_at=now,
    )
    return draft


@pytest.fixture
def work(now: datetime) -> Callable[[Campaign], None]:
    """Do what the workers would do for a launch, three times, as a broker that repeats itself has them do."""

    def run(campaign: Campaign, at: datetime = now) -> None:
        for _ in range(3):
            preparing.write_first_emails(campaign_id=campaign.id, now=at)
            launching.advance(campaign_id=campaign.id, now=at)
            heartbeat.tick(now=at)
        campaign.refresh_from_db()

    return run
