"""The policy of who launched, and what becomes of a review when the campaign is not the same any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from campaigns.models import Campaign, CampaignStatus, Delivery, Lead, LeadImport, Product, RenderedEmail, Sender, SequenceStep
from campaigns.services import campaigns, heartbeat, importing, launching, preparing
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts import approvals
from rocketsdr.accounts.approvals import ApprovalOutdated, OnlyPeopleApprove
from rocketsdr.accounts.models import Approval, AuditEvent, Workspace
from rocketsdr.lib.errors import DomainError
from tests import factories

pytestmark = pytest.mark.django_db
HOLD = timedelta(minutes=10)


def launch(actor, campaign, now):
    campaigns.finalize(actor=actor, campaign_id=campaign.id, spec=CampaignSpec(), now=now)


@pytest.fixture
def careful(actor):
    """An agent whose own policy is stricter than the workspace's."""
    return replace(actor, policy="approval")


@pytest.fixture
def pending(actor, loaded, work, now):
    """The approval of a launch under the approval policy."""
    Workspace.objects.update(approval_policy="approval")
    launch(actor, loaded, now)
    work(loaded)
    return Approval.objects.get(status="pending")


def decide(actor, approval, now, *, approve=True):
    return approvals.decide(actor=actor, approval_id=approval.id, approve=approve, digest=approval.digest, now=now)


def claimed(sender, now):
    return Delivery.objects.claim(sender=sender, worker="w", lease=timedelta(seconds=30), closed=[], now=now, limit=20)


# --- Whose policy it is ------------------------------------------------------------------------------------------------------------


def test_the_credentials_own_policy_holds_though_a_job_meets_it_later(careful, loaded, work, now):
    LeadImport.objects.update(status="pending")
    launch(careful, loaded, now)
    LeadImport.objects.update(status="done")
    work(loaded, now + HOLD)
    assert (loaded.launched_with, loaded.launch_policy, loaded.approved_digest) == ("key:1", "approval", "")
    approval = Approval.objects.get(status="pending")
    assert (approval.requested_with, approval.digest) == ("key:1", loaded.launch_digest)


def test_the_workspaces_policy_of_the_launch_holds_though_it_is_laxer_by_then(actor, loaded, work, now):
    LeadImport.objects.update(status="pending")
    Workspace.objects.update(approval_policy="approval")
    launch(actor, loaded, now)
    Workspace.objects.update(approval_policy="cooling_off")
    LeadImport.objects.update(status="done")
    work(loaded, now + HOLD)
    assert (loaded.status, loaded.approved_digest) == (CampaignStatus.SCHEDULED, "")


def test_a_stricter_policy_of_today_holds_too(actor, loaded, work, now):
    LeadImport.objects.update(status="pending")
    launch(actor, loaded, now)
    Workspace.objects.update(approval_policy="approval")
    LeadImport.objects.update(status="done")
    work(loaded, now + HOLD)
    assert loaded.approved_digest == ""


def test_a_laxer_credential_changes_nothing_about_the_workspaces_policy(actor, loaded, work, now):
    Workspace.objects.update(approval_policy="approval")
    launch(replace(actor, policy="cooling_off"), loaded, now)
    work(loaded, now + HOLD)
    assert (loaded.launch_policy, loaded.approved_digest) == ("approval", "")


def test_who_resumes_is_who_launched_from_then_on(actor, person, careful, loaded, work, now):
    launch(actor, loaded, now)
    work(loaded)
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    campaigns.resume(actor=replace(careful, credential="key:5"), campaign_id=loaded.id, now=now)
    loaded.refresh_from_db()
    assert (loaded.launched_with, loaded.launch_policy, loaded.approved_digest) == ("key:5", "approval", "")
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    campaigns.resume(actor=person, campaign_id=loaded.id, now=now)
    loaded.refresh_from_db()
    assert (loaded.launched_with, loaded.launch_policy, loaded.approved_digest) == ("", "cooling_off", loaded.launch_digest)


def test_under_confirm_a_launch_is_held_like_any_other(actor, loaded, work, now):
    Workspace.objects.update(approval_policy="confirm")
    launch(actor, loaded, now)
    work(loaded)
    assert (loaded.approved_digest, loaded.hold_until) == (loaded.launch_digest, now + HOLD)


def test_an_agent_that_may_approve_does_not_approve_its_own_launch(pending, actor, now):
    with pytest.raises(OnlyPeopleApprove, match="asked for itself"):
        decide(replace(actor, may_approve=True), pending, now)
    assert decide(replace(actor, credential="key:9", may_approve=True), pending, now).status == "approved"


# --- A change after the review -----------------------------------------------------------------------------------------------------


def another_lead(campaign, now):
    """Somebody who was not there when it was reviewed, with an e-mail written and queued past all services."""
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, sender=campaign.senders.get())
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, step=campaign.steps.get(position=1))
    RenderedEmail.objects.create(delivery=delivery, subject="Hi", body_text="Hi", digest="9" * 64, source_digest="9" * 64)


CHANGES = {
    "the words of the first e-mail": lambda c, now: RenderedEmail.objects.filter(delivery__campaign=c).update(digest="0" * 64),
    "the words of a later step": lambda c, now: SequenceStep.objects.filter(campaign=c, position=2).update(body="Buy now!"),
    "the wait before a step": lambda c, now: SequenceStep.objects.filter(campaign=c, position=2).update(wait_days=0),
    "a step more": lambda c, now: factories.StepFactory.create(campaign=c),
    "a step less": lambda c, now: SequenceStep.objects.filter(campaign=c, position=2).delete(),
    "another sender": lambda c, now: c.senders.add(factories.SenderFactory.create(workspace=c.workspace)),
    "the sender's name": lambda c, now: Sender.objects.filter(campaigns=c).update(from_name="The Bank"),
    "the sender's signature": lambda c, now: Sender.objects.filter(campaigns=c).update(signature="The Bank"),
    "one lead more": another_lead,
    "a lead's address": lambda c, now: Lead.objects.filter(email="ada@customer.example").update(email="eve@customer.example"),
    "the product": lambda c, now: Campaign.objects.filter(id=c.id).update(facts={**c.facts, "product": {"name": "Else"}}),
    "the days": lambda c, now: Campaign.objects.filter(id=c.id).update(send_days=[6, 7]),
    "the hours": lambda c, now: Campaign.objects.filter(id=c.id).update(send_to=time(23)),
    "the time zone": lambda c, now: Campaign.objects.filter(id=c.id).update(timezone="Asia/Tokyo"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_since_it_was_filed_cannot_be_approved(pending, person, loaded, sender, now, what):
    CHANGES[what](loaded, now)
    with pytest.raises(ApprovalOutdated, match="has changed since"):
        decide(person, pending, now)
    loaded.refresh_from_db()
    assert loaded.approved_digest == ""
    heartbeat.tick(now=now + HOLD)
    assert claimed(sender, now + HOLD) == []


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_after_the_approval_is_reviewed_again_and_nothing_is_sent(pending, person, loaded, sender, now, what):
    decide(person, pending, now)
    CHANGES[what](loaded, now)
    heartbeat.tick(now=now)
    loaded.refresh_from_db()
    assert (loaded.status, loaded.approved_digest) == (CampaignStatus.SCHEDULED, "")
    assert claimed(sender, now) == []
    again = Approval.objects.get(status="pending")
    assert again.digest == loaded.launch_digest != pending.digest
    assert AuditEvent.objects.latest("id").action == "campaign.review_withdrawn"
    decide(person, again, now)
    heartbeat.tick(now=now)
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.RUNNING


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_in_its_hold_is_held_anew(actor, loaded, sender, work, now, what):
    launch(actor, loaded, now)
    work(loaded)
    CHANGES[what](loaded, now)
    heartbeat.tick(now=now + HOLD)
    loaded.refresh_from_db()
    assert (loaded.status, loaded.hold_until) == (CampaignStatus.SCHEDULED, now + 2 * HOLD)
    assert claimed(sender, now + HOLD) == []


def test_a_product_that_changes_changes_nothing_that_was_reviewed(pending, person, loaded, now):
    Product.objects.update(description="Changed afterwards", name="Else")
    decide(person, pending, now)
    heartbeat.tick(now=now)
    loaded.refresh_from_db()
    assert loaded.status == CampaignStatus.RUNNING
    assert "Changed afterwards" not in "".join(RenderedEmail.objects.values_list("body_text", flat=True))


def test_leads_of_a_file_that_comes_after_the_review_get_no_email(pending, person, actor, loaded, sender, now):
    late = importing.attach(actor=actor, campaign=loaded, content=b"email,company\neve@customer.example,Evil\n", now=now)
    importing.run(lead_import_id=late.lead_import.id, now=now)
    preparing.write_first_emails(campaign_id=loaded.id, now=now)
    decide(person, pending, now)
    heartbeat.tick(now=now)
    assert loaded.enrollments.count() == 4
    assert len(claimed(sender, now)) == 2
    assert not Delivery.objects.filter(lead__email="eve@customer.example").exists()


def test_somebody_who_is_suppressed_after_the_review_is_left_out_and_the_others_go(pending, person, loaded, sender, now):
    factories.SuppressionFactory.create(workspace=loaded.workspace, value="ada@customer.example")
    decide(person, pending, now)
    heartbeat.tick(now=now)
    (left,) = claimed(sender, now)
    assert Delivery.objects.get(id=left).lead.email == "cem@customer.example"


VERBS = {
    "finalize": lambda actor, c, now: campaigns.finalize(actor=actor, campaign_id=c.id, spec=CampaignSpec(), now=now),
    "other steps": lambda actor, c, now: campaigns.finalize(actor=actor, campaign_id=c.id, spec=CampaignSpec(sender_ids=[1]), now=now),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_of_a_caller_changes_a_campaign_that_is_reviewed(pending, actor, loaded, now, verb):
    before = launching._digest(loaded)
    with pytest.raises(DomainError, match="not a draft"):
        VERBS[verb](actor, loaded, now)
    assert launching._digest(loaded) == before


def test_pausing_withdraws_the_review_and_resuming_asks_again(pending, actor, person, loaded, now):
    campaigns.pause(actor=actor, campaign_id=loaded.id, now=now)
    with pytest.raises(DomainError, match="withdrawn"):
        decide(person, pending, now)
    campaigns.resume(actor=actor, campaign_id=loaded.id, now=now)
    assert Approval.objects.get(status="pending").id != pending.id
