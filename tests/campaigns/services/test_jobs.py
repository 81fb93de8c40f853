"""Cancelling stops what still goes on, says so, and may be done again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns import tasks
from campaigns.models import Campaign, Delivery, Job, Lead, LeadImport
from campaigns.services import campaigns, importing, jobs, launching, preparing
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import progress
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db
CSV = "email,first_name,company\nada@customer.example,Ada,Analytical Engines\n"


@pytest.fixture
def spec(product, persona, sender):
    return CampaignSpec(name="Batch 1", type="csv", product_id=product.id, persona_id=persona.id, csv_content=CSV)


@pytest.fixture
def launched(actor, spec, now):
    return campaigns.create(actor=actor, spec=spec, launch=True, now=now)


@pytest.fixture
def drafted(actor, spec, now):
    return campaigns.create(actor=actor, spec=spec, launch=False, now=now)


@pytest.fixture
def export(workspace):
    return factories.JobFactory.create(workspace=workspace)


def create(actor, spec, now, *, launch=False):
    return campaigns.create(actor=actor, spec=spec, launch=launch, now=now)


def cancelled_events():
    return AuditEvent.objects.filter(action="job.cancelled").count()


def test_a_cancelled_launch_is_paused_and_sends_nothing(actor, launched, now):
    importing.run(lead_import_id=launched.attached.lead_import.id, now=now)
    for _ in range(3):
        job = jobs.cancel(actor=actor, job_id=launched.job.id, now=now)
        assert (job.status, job.cancel_asked_at) == ("cancelled", now)
    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.pause_reason) == ("paused", f"Job {job.id} was cancelled.")
    assert cancelled_events() == 1
    preparing.write_first_emails(campaign_id=campaign.id, now=now)
    launching.advance(campaign_id=campaign.id, now=now)
    assert not Delivery.objects.filter(status="queued").exists()
    assert Lead.objects.count() == 1, "what is read stays"


def test_cancelling_between_two_batches_stops_the_writing(actor, spec, now, monkeypatch):
    monkeypatch.setattr(preparing, "BATCH", 2)
    monkeypatch.setattr(progress, "sparing", lambda sink: sink)
    rows = "".join(f"lead{n}@customer.example,Ada,Company\n" for n in range(6))
    launched = create(actor, replace(spec, csv_content=f"email,first_name,company\n{rows}"), now, launch=True)
    importing.run(lead_import_id=launched.attached.lead_import.id, now=now)
    write_batch = preparing._write_batch
    written: list[object] = []

    def cancelled_after_the_first(*args):
        if len(written) == 1:
            jobs.cancel(actor=actor, job_id=launched.job.id, now=now)
        written.append(write_batch(*args))
        return written[-1]

    monkeypatch.setattr(preparing, "_write_batch", cancelled_after_the_first)
    preparing.write_first_emails(campaign_id=launched.campaign.id, now=now)
    assert len(written) == 2
    assert Delivery.objects.count() == 4
    campaigns.resume(actor=actor, campaign_id=launched.campaign.id, now=now)
    preparing.write_first_emails(campaign_id=launched.campaign.id, now=now)
    assert Delivery.objects.count() == 6


def test_a_launch_that_is_scheduled_is_not_cancelled_any_more(actor, launched, now):
    importing.run(lead_import_id=launched.attached.lead_import.id, now=now)
    preparing.write_first_emails(campaign_id=launched.campaign.id, now=now)
    launching.advance(campaign_id=launched.campaign.id, now=now)
    assert jobs.cancel(actor=actor, job_id=launched.job.id, now=now).status == "completed"
    assert Campaign.objects.get().status == "scheduled"
    assert cancelled_events() == 0


def test_a_file_that_nobody_has_read_is_not_read_any_more(actor, drafted, now):
    job = jobs.cancel(actor=actor, job_id=drafted.job.id, now=now)
    assert (job.status, job.message) == ("cancelled", "The file was not read. The draft stays, without its leads.")
    importing.run(lead_import_id=drafted.attached.lead_import.id, now=now)
    assert not Lead.objects.exists()
    assert LeadImport.objects.get().content is None
    assert Campaign.objects.get().status == "draft"


def test_a_launch_that_waits_for_a_cancelled_file_fails_instead_of_going_without_leads(actor, drafted, now):
    launch = campaigns.finalize(actor=actor, campaign_id=drafted.campaign.id, spec=CampaignSpec(), now=now).job
    assert launch is not None
    jobs.cancel(actor=actor, job_id=drafted.job.id, now=now)
    launch.refresh_from_db()
    assert (launch.status, launch.message) == ("failed", "The reading of its file was cancelled.")
    launching.advance(campaign_id=drafted.campaign.id, now=now)
    assert Campaign.objects.get().status == "paused"


def test_a_file_that_was_read_a_moment_before_is_said_to_be_read(actor, drafted, now, monkeypatch):
    LeadImport.objects.update(status="done", rows=1, accepted=1)
    assert jobs.cancel(actor=actor, job_id=drafted.job.id, now=now).status == "completed"


def test_a_cancelled_export_is_never_written(actor, export, now, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: now)
    for _ in range(3):
        assert jobs.cancel(actor=actor, job_id=export.id, now=now).status == "cancelled"
        tasks.run_export.run(job_id=export.id)
    export.refresh_from_db()
    assert (export.status, export.attempts) == ("cancelled", 0)
    assert cancelled_events() == 1


def test_a_strangers_job_cannot_be_cancelled(stranger, launched, export, now):
    for job in (launched.job, export):
        with pytest.raises(NotFound):
            jobs.cancel(actor=stranger.actor, job_id=job.id, now=now)
    assert set(Job.objects.values_list("status", flat=True)) == {"working"}


def test_who_started_a_launch_may_cancel_it_and_others_need_the_scope(actor, launched, now):
    reader = replace(actor, scopes=frozenset({"campaigns:read"}), credential="key:9")
    with pytest.raises(MissingScope, match="campaigns:write"):
        jobs.cancel(actor=reader, job_id=launched.job.id, now=now)
    owner = replace(actor, scopes=frozenset({"campaigns:send"}))
    assert jobs.cancel(actor=owner, job_id=launched.job.id, now=now).status == "cancelled"


def test_jobs_are_forgotten_when_their_time_is_over(export, now, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: export.expires_at - timedelta(seconds=1))
    tasks.purge_jobs.run()
    assert Job.objects.count() == 1
    monkeypatch.setattr(tasks, "now", lambda: export.expires_at)
    for _ in range(3):
        tasks.purge_jobs.run()
    assert Job.objects.count() == 0
