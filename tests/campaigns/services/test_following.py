"""The jobs of launches and imports say what happens, while it happens, and end with it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from campaigns import tasks
from campaigns.models import Campaign, Delivery, Job, LeadImport
from campaigns.services import campaigns, following, heartbeat, importing, launching, preparing
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.lib import progress
from tests import factories

pytestmark = pytest.mark.django_db
CSV = "email,first_name,company\nada@customer.example,Ada,Analytical Engines\nbob@customer.example,Bob,\nbad row\n"
HOLD = timedelta(minutes=10)


@pytest.fixture
def spec(product, persona, sender):
    return partial(CampaignSpec, name="Batch 1", type="csv", product_id=product.id, persona_id=persona.id, csv_content=CSV)


@pytest.fixture
def launched(actor, spec, now):
    return create(actor, spec(), now, launch=True)


def create(actor, spec, now, *, launch=False):
    return campaigns.create(actor=actor, spec=spec, launch=launch, now=now)


def finalize(actor, campaign, now):
    return campaigns.finalize(actor=actor, campaign_id=campaign.id, spec=CampaignSpec(), now=now)


def resume(actor, campaign, now):
    return campaigns.resume(actor=actor, campaign_id=campaign.id, now=now)


def only_job():
    """Return the one job that there is."""
    return Job.objects.get()


def read(outcome, now):
    importing.run(lead_import_id=outcome.attached.lead_import.id, now=now)


def write(outcome, now):
    preparing.write_first_emails(campaign_id=outcome.campaign.id, now=now)


def advance(outcome, now):
    launching.advance(campaign_id=outcome.campaign.id, now=now)


# --- Launches --------------------------------------------------------------------------------------------------------------------


def test_a_launch_is_a_job_until_its_campaign_is_scheduled(actor, launched, now):
    job = launched.job
    assert (job.kind, job.tool, job.status, job.total) == ("launch", "create_campaign", "working", None)
    assert (job.requested_by_id, job.credential, job.campaign_id) == (actor.user_id, actor.credential, launched.campaign.id)
    for step in (read, write):
        step(launched, now)
        job.refresh_from_db()
        assert job.status == "working"
    assert (job.done, job.total, job.message) == (2, 2, "Writing the first e-mails.")
    advance(launched, now)
    job.refresh_from_db()
    assert (job.status, job.percent) == ("completed", 100)
    assert job.message == "The campaign is scheduled; its first e-mail leaves after 2026-11-17 10:10 UTC."
    assert job.result == {
        "campaign_id": launched.campaign.id,
        "status": "scheduled",
        "hold_until": (now + HOLD).isoformat(),
        "leads": 2,
        "written": 2,
        "blocked": 0,
    }


def test_a_lead_that_cannot_be_written_to_is_counted_apart(actor, loaded, work, now):
    job = finalize(actor, loaded, now).job
    assert job.tool == "finalize_campaign_draft"
    work(loaded)
    job.refresh_from_db()
    assert (job.result["leads"], job.result["written"], job.result["blocked"]) == (3, 2, 1)


def test_a_launch_that_is_scheduled_at_once_is_a_job_that_is_completed_at_once(actor, loaded, work, now):
    work(loaded)
    outcome = finalize(actor, loaded, now)
    assert outcome.campaign.status == "scheduled"
    assert outcome.job.status == "completed"


def test_tasks_that_run_three_times_give_one_job_that_ends_once(launched, now, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: now)
    for _ in range(3):
        tasks.import_csv.run(lead_import_id=launched.attached.lead_import.id)
        tasks.write_first_emails.run(campaign_id=launched.campaign.id)
        tasks.advance_launch.run(campaign_id=launched.campaign.id)
    ended = only_job()
    assert ended.status == "completed"
    monkeypatch.setattr(tasks, "now", lambda: now + HOLD)
    tasks.tick.run()
    tasks.advance_launch.run(campaign_id=launched.campaign.id)
    assert only_job().updated_at == ended.updated_at


def test_under_the_approval_policy_the_job_is_over_when_a_person_has_to_decide(workspace, actor, spec, now):
    workspace.approval_policy = "approval"
    workspace.save()
    outcome = create(actor, spec(), now, launch=True)
    for step in (read, write, advance):
        step(outcome, now)
    outcome.job.refresh_from_db()
    assert (outcome.job.status, outcome.job.result["hold_until"]) == ("completed", None)
    assert outcome.job.message == "The campaign is scheduled; a person has to approve the launch."


def test_progress_goes_on_batch_after_batch_and_a_killed_worker_is_followed_by_another(actor, workspace, spec, now, monkeypatch, jobs):
    monkeypatch.setattr(preparing, "BATCH", 3)
    monkeypatch.setattr(progress, "sparing", lambda sink: sink)
    rows = "".join(f"lead{n}@customer.example,Ada,Company\n" for n in range(10))
    outcome = create(actor, spec(csv_content=f"email,first_name,company\n{rows}"), now, launch=True)
    read(outcome, now)
    write_batch, seen = preparing._write_batch, []

    def dies_in_the_third(*args):
        seen.append(only_job().done)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return write_batch(*args)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(preparing, "_write_batch", dies_in_the_third)
        write(outcome, now)
    assert seen == [0, 3, 6]
    before = len(jobs.all)
    heartbeat.tick(now=now + timedelta(seconds=10))
    assert jobs.all[before:] == [("campaigns.write_first_emails", {"campaign_id": outcome.campaign.id})]
    seen.clear()

    def watched(*args):
        seen.append(only_job().done)
        return write_batch(*args)

    monkeypatch.setattr(preparing, "_write_batch", watched)
    write(outcome, now)
    assert seen == [6, 9]
    advance(outcome, now)
    assert only_job().result["written"] == Delivery.objects.count() == 10


def test_a_launch_whose_file_cannot_be_read_fails_with_the_reason(launched, now):
    LeadImport.objects.update(content=b"\x00\x01")
    read(launched, now)
    launched.job.refresh_from_db()
    launched.campaign.refresh_from_db()
    assert launched.campaign.status == "paused"
    assert launched.job.status == "failed"
    assert launched.job.error["code"] == "launch_failed"
    assert launched.job.error["message"] == launched.campaign.pause_reason
    assert launched.job.message.startswith("Its file could not be read: ")


def test_pausing_a_launch_cancels_its_job_and_resuming_begins_another(actor, launched, now):
    campaigns.pause(actor=actor, campaign_id=launched.campaign.id, reason="Wrong list.", now=now)
    launched.job.refresh_from_db()
    assert (launched.job.status, launched.job.cancel_asked_at) == ("cancelled", now)
    assert launched.job.message == "The launch was stopped: the campaign is paused. Wrong list."
    second = resume(actor, launched.campaign, now).job
    assert (second.status, second.tool) == ("working", "resume_campaign")
    for step in (read, write, advance):
        step(launched, now)
    second.refresh_from_db()
    launched.job.refresh_from_db()
    assert (second.status, launched.job.status) == ("completed", "cancelled")


def test_resuming_what_is_written_already_needs_no_job(actor, campaign, now):
    campaigns.pause(actor=actor, campaign_id=campaign.id, now=now)
    assert resume(actor, campaign, now).job is None


def test_the_tick_ends_the_job_of_a_launch_that_has_ended_by_another_way(launched, now):
    Campaign.objects.filter(id=launched.campaign.id).update(status="archived")
    for _ in range(3):
        heartbeat.tick(now=now)
    launched.job.refresh_from_db()
    assert launched.job.status == "cancelled"


def test_a_refused_launch_leaves_no_job(actor, draft, now):
    with pytest.raises(Exception, match="no leads"):
        finalize(actor, draft, now)
    assert not Job.objects.exists()


# --- Imports ---------------------------------------------------------------------------------------------------------------------


def test_the_file_of_a_draft_is_a_job_until_it_is_read(actor, spec, now):
    outcome = create(actor, spec(), now)
    job = outcome.job
    assert (job.kind, job.tool, job.status) == ("import", "create_campaign_draft", "working")
    for _ in range(3):
        read(outcome, now)
    job.refresh_from_db()
    counts = {"rows": 3, "accepted": 2, "updated": 0, "duplicates": 0, "rejected": 1}
    assert (job.status, job.result) == ("completed", {"campaign_id": outcome.campaign.id, **counts})
    assert job.message == "The file is read: 2 leads, 1 rows rejected."


def test_a_file_that_cannot_be_read_fails_its_job(actor, spec, now):
    outcome = create(actor, spec(), now)
    LeadImport.objects.update(content=b"\x00\x01")
    read(outcome, now)
    outcome.job.refresh_from_db()
    assert (outcome.job.status, outcome.job.error["code"]) == ("failed", "import_failed")


def test_a_draft_without_a_file_needs_no_job(actor, now):
    assert create(actor, CampaignSpec(name="Empty"), now).job is None


def test_a_launch_of_a_draft_whose_file_is_still_read_has_a_job_of_its_own(actor, spec, now):
    drafted = create(actor, spec(), now)
    finalized = finalize(actor, drafted.campaign, now)
    assert finalized.job.id != drafted.job.id
    for step in (read, write, advance):
        step(drafted, now)
    assert set(Job.objects.values_list("kind", "status")) == {("import", "completed"), ("launch", "completed")}


def test_attaching_a_file_says_how_far_it_is(actor, spec, now):
    told = []
    with progress.to(lambda *report: told.append(report)):
        create(actor, spec(), now)
    assert told == [(0, None, "Checking the file."), (3, 3, "The file is checked.")]


def test_a_job_of_nobodys_launch_is_settled_by_nobody(campaign, now):
    following.settle_launch(campaign_id=campaign.id, now=now)
    following.settle_import(lead_import_id=9_999_999, now=now)
    following.fail_launch(campaign_id=campaign.id, reason="Why not.", now=now)
    assert not Job.objects.exists()


def test_a_strangers_launch_is_not_ours_to_end(stranger, launched, now):
    theirs = factories.JobFactory.create(workspace=stranger.workspace, launch=True)
    for step in (read, write, advance):
        step(launched, now)
    theirs.refresh_from_db()
    assert theirs.status == "working"
