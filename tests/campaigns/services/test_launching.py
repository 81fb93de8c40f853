"""A launch waits for its leads and its words, meets the policy, holds, and goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign, CampaignStatus, Delivery, LeadImport, Sender
from campaigns.services import campaigns, heartbeat, importing, launching
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts import approvals
from rocketsdr.accounts.models import Approval, AuditEvent
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db
HOLD = timedelta(minutes=10)


def launch(actor, campaign, now):
    campaigns.finalize(actor=actor, campaign_id=campaign.id, spec=CampaignSpec(), now=now)


def statuses():
    return sorted(Delivery.objects.values_list("status", flat=True))


def test_a_launch_holds_for_ten_minutes_and_then_runs(actor, loaded, work, now):
    launch(actor, loaded, now)
    work(loaded)
    assert (loaded.status, loaded.hold_until) == (CampaignStatus.SCHEDULED, now + HOLD)
    assert statuses() == ["blocked", "queued", "queued"]
    heartbeat.tick(now=now + HOLD - timedelta(seconds=1))
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.SCHEDULED
    heartbeat.tick(now=now + HOLD)
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.RUNNING


def test_a_draft_that_is_all_written_is_scheduled_in_the_call_itself(actor, loaded, work, now):
    work(loaded)
    launch(actor, loaded, now)
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.SCHEDULED


def test_a_launch_waits_for_a_file_that_is_still_read(actor, loaded, work, now):
    LeadImport.objects.update(status="pending")
    launch(actor, loaded, now)
    work(loaded)
    assert loaded.status == CampaignStatus.IMPORTING
    LeadImport.objects.update(status="done")
    work(loaded)
    assert loaded.status == CampaignStatus.SCHEDULED


def test_a_launch_freezes_what_it_says(actor, loaded, work, now):
    launch(actor, loaded, now)
    loaded.product.description = "Changed afterwards"
    loaded.product.save()
    work(loaded)
    assert "Changed afterwards" not in Delivery.objects.filter(status="queued")[0].email.body_text


def test_under_the_approval_policy_nothing_leaves_until_a_person_approves(actor, person, workspace, loaded, work, now):
    workspace.approval_policy = "approval"
    workspace.save()
    launch(actor, loaded, now)
    work(loaded, now + timedelta(days=1))
    assert (loaded.status, loaded.approved_digest) == (CampaignStatus.SCHEDULED, "")
    approval = Approval.objects.get(status="pending")
    assert approval.digest == loaded.launch_digest
    assert "2 leads" in approval.text
    approvals.decide(actor=person, approval_id=approval.id, approve=True, digest=approval.digest, now=now + timedelta(days=1))
    heartbeat.tick(now=now + timedelta(days=1))
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.RUNNING


def test_a_rejected_launch_is_paused_and_can_be_asked_for_again(actor, person, workspace, loaded, work, now):
    workspace.approval_policy = "approval"
    workspace.save()
    launch(actor, loaded, now)
    work(loaded)
    approval = Approval.objects.get(status="pending")
    approvals.decide(actor=person, approval_id=approval.id, approve=False, digest=approval.digest, now=now)
    work(loaded, now + timedelta(days=1))
    assert (loaded.status, loaded.pause_reason) == (CampaignStatus.PAUSED, "The launch was rejected.")
    campaigns.resume(actor=actor, campaign_id=loaded.id, now=now)
    assert Approval.objects.get(status="pending").requested_with == actor.credential


def test_a_launch_that_nobody_decides_in_time_is_paused(actor, workspace, loaded, work, now):
    workspace.approval_policy = "approval"
    workspace.save()
    launch(actor, loaded, now)
    work(loaded)
    heartbeat.tick(now=now + approvals.DECIDABLE_FOR)
    loaded.refresh_from_db()
    assert (loaded.status, loaded.pause_reason) == (CampaignStatus.PAUSED, "The launch was not approved in time.")
    assert not Approval.objects.filter(status="pending").exists()


def test_a_file_that_cannot_be_read_any_more_pauses_its_launch(actor, loaded, now):
    launching.request(actor=actor, campaign=loaded, now=now)
    Campaign.objects.update(status="importing")
    lost = LeadImport.objects.create(
        workspace=loaded.workspace, campaign=loaded, content=b"\x89PNG\x00", content_digest="e" * 64, created_at=now
    )
    importing.run(lead_import_id=lost.id, now=now)
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.PAUSED
    assert loaded.pause_reason.startswith("Its file could not be read")


def test_senders_chosen_at_the_end_are_those_who_send(actor, loaded, workspace, work, now):
    work(loaded)
    other = factories.SenderFactory.create(workspace=workspace)
    campaigns.finalize(actor=actor, campaign_id=loaded.id, spec=CampaignSpec(sender_ids=[other.id]), now=now)
    work(loaded)
    assert set(loaded.enrollments.values_list("sender_id", flat=True)) == {other.id}
    assert loaded.status == CampaignStatus.SCHEDULED


def test_a_cap_on_leads_that_the_draft_has_passed_already_is_refused(actor, loaded, now):
    with pytest.raises(Invalid, match="3 leads already"):
        campaigns.finalize(actor=actor, campaign_id=loaded.id, spec=CampaignSpec(max_leads=2), now=now)


def test_an_agent_cannot_approve_its_own_launch(actor, workspace, loaded, work, now):
    workspace.approval_policy = "approval"
    workspace.save()
    launch(actor, loaded, now)
    work(loaded)
    approval = Approval.objects.get(status="pending")
    with pytest.raises(Forbidden, match="signed-in person"):
        approvals.decide(actor=actor, approval_id=approval.id, approve=True, digest=approval.digest, now=now)


def test_an_approval_of_a_launch_that_was_paused_is_withdrawn(actor, person, workspace, loaded, work, now):
    workspace.approval_policy = "approval"
    workspace.save()
    launch(actor, loaded, now)
    work(loaded)
    approval = Approval.objects.get(status="pending")
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    with pytest.raises(Conflict, match="withdrawn"):
        approvals.decide(actor=person, approval_id=approval.id, approve=True, digest=approval.digest, now=now)


def test_a_resumed_campaign_meets_the_policy_anew(actor, loaded, work, now):
    launch(actor, loaded, now)
    work(loaded, now + HOLD)
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now + HOLD)
    later = now + timedelta(days=1)
    resumed = campaigns.resume(actor=actor, campaign_id=loaded.id, now=later).campaign
    assert (resumed.status, resumed.hold_until) == (CampaignStatus.SCHEDULED, later + HOLD)


def test_a_campaign_paused_while_it_is_read_goes_on_where_it_was(actor, loaded, work, now):
    LeadImport.objects.update(status="pending")
    launch(actor, loaded, now)
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    LeadImport.objects.update(status="done")
    work(loaded)
    assert loaded.status == CampaignStatus.PAUSED
    campaigns.resume(actor=actor, campaign_id=loaded.id, now=now)
    work(loaded)
    assert loaded.status == CampaignStatus.SCHEDULED


def test_a_campaign_without_leads_is_not_launched(actor, draft, now):
    with pytest.raises(Invalid, match="no leads"):
        launch(actor, draft, now)
    draft.refresh_from_db()
    assert draft.status == CampaignStatus.DRAFT


def test_a_real_sender_needs_the_workspaces_postal_address(actor, workspace, loaded, now):
    workspace.postal_address = " "
    workspace.save()
    loaded.senders.add(factories.SenderFactory.create(workspace=workspace, smtp=True))
    with pytest.raises(launching.NotLaunchable, match="postal address"):
        launch(actor, loaded, now)


def test_a_workspace_without_a_sender_launches_nothing(actor, loaded, now):
    loaded.senders.clear()
    Sender.objects.all().delete()
    with pytest.raises(Conflict, match="sender"):
        launch(actor, loaded, now)


def test_a_second_finalize_is_told_that_it_is_no_draft(actor, loaded, now):
    launch(actor, loaded, now)
    with pytest.raises(campaigns.NotADraft):
        launch(actor, loaded, now)


def test_a_campaign_whose_leads_are_all_done_completes(actor, loaded, work, now):
    launch(actor, loaded, now)
    work(loaded, now)
    work(loaded, now + HOLD)
    Delivery.objects.filter(status="queued").update(status="sent", sent_at=now)
    heartbeat.tick(now=now + HOLD)
    loaded.refresh_from_db()
    assert (loaded.status, loaded.completed_at) == (CampaignStatus.COMPLETED, now + HOLD)


def test_each_act_is_in_the_audit_log_once(actor, loaded, work, now):
    launch(actor, loaded, now)
    work(loaded)
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    campaigns.resume(actor=actor, campaign_id=loaded.id, now=now)
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True)) == [
        "campaign.launched",
        "campaign.paused",
        "campaign.resumed",
    ]


@pytest.mark.parametrize("verb", [campaigns.pause, campaigns.resume, campaigns.archive])
def test_a_strangers_campaign_does_not_exist(actor, stranger, verb, now):
    with pytest.raises(NotFound):
        verb(actor=actor, campaign_id=stranger.campaign.id, now=now)
    assert Campaign.objects.get(id=stranger.campaign.id).status == CampaignStatus.RUNNING


def test_a_strangers_draft_cannot_be_finalized(actor, stranger, now):
    with pytest.raises(NotFound):
        campaigns.finalize(actor=actor, campaign_id=stranger.campaign.id, spec=CampaignSpec(), now=now)
