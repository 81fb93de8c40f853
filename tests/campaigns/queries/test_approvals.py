"""The queue of approvals, and what there is to see of a launch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.models import Campaign, LeadImport, RenderedEmail
from campaigns.queries import approvals as queue
from campaigns.services import campaigns, heartbeat, launching, preparing
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts import approvals, pausing
from rocketsdr.accounts.models import Approval, Workspace
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db


def launched(actor, draft, now, *, leads=3):
    """Launch a draft of two steps under the approval policy; return its approval."""
    Workspace.objects.update(approval_policy="approval")
    factories.StepFactory.create_batch(2, campaign=draft)
    for number in range(leads):
        lead = factories.LeadFactory.create(workspace=draft.workspace, email=f"ada{number}@customer.example", company=f"Engines {number}")
        factories.EnrollmentFactory.create(campaign=draft, lead=lead)
    LeadImport.objects.create(workspace=draft.workspace, campaign=draft, content_digest="c" * 64, status="done", created_at=now)
    campaigns.finalize(actor=actor, campaign_id=draft.id, spec=CampaignSpec(), now=now)
    preparing.write_first_emails(campaign_id=draft.id, now=now)
    launching.advance(campaign_id=draft.id, now=now)
    heartbeat.tick(now=now)
    return Approval.objects.get(status="pending", subject_id=draft.id, kind="campaigns.launch")


def test_a_launch_is_shown_with_whom_it_reaches_and_the_words_they_would_read(actor, draft, now):
    approval = launched(actor, draft, now, leads=12)
    review = queue.show(actor=actor, approval_id=approval.id).review
    assert review.population_size == 12
    assert [each.email for each in review.population] == [f"ada{number}@customer.example" for number in range(10)]
    first = RenderedEmail.objects.get(delivery__lead__email="ada0@customer.example")
    assert "To: Ada Lovelace <ada0@customer.example>\nSubject: A question about Engines 0" in review.words
    assert first.body_text.strip() in review.words
    assert review.words.count("Subject: A question about") == 3, "three e-mails in full"
    assert "E-mail 2, 3 days later, to whoever has not answered:" in review.words


def test_a_launch_that_is_not_what_was_reviewed_any_more_shows_nothing(actor, draft, now):
    approval = launched(actor, draft, now)
    campaigns.pause(actor=actor, campaign_id=draft.id, now=now)
    Campaign.objects.update(launch_digest="e" * 64)
    shown = queue.show(actor=actor, approval_id=approval.id)
    assert (shown.approval.status, shown.review.population_size, shown.review.words) == ("withdrawn", 0, "")


def test_who_gets_no_email_is_not_counted(actor, draft, now):
    approval = launched(actor, draft, now)
    draft.deliveries.filter(lead__email="ada0@customer.example").update(status="cancelled")
    review = queue.show(actor=actor, approval_id=approval.id).review
    assert (review.population_size, review.population[0].email) == (2, "ada1@customer.example")


def test_the_queue_is_in_pages_and_by_status(actor, draft, now):
    launch = launched(actor, draft, now)
    pausing.pause(actor=actor, now=now)
    wishes = [pausing.ask_to_resume(actor=actor, now=now) for _ in range(3)]
    everything = queue.list_approvals(actor=actor, limit=3)
    assert [each.approval.id for each in everything.items] == [wish.id for wish in reversed(wishes)]
    rest = queue.list_approvals(actor=actor, limit=3, cursor=everything.next_cursor)
    assert [(each.approval.id, each.review.population_size) for each in rest.items] == [(launch.id, 3)]
    assert (rest.total, rest.next_cursor) == (4, None)
    assert queue.list_approvals(actor=actor, status="withdrawn").total == 2
    with pytest.raises(Invalid):
        queue.list_approvals(actor=actor, status="pending", cursor=everything.next_cursor)


def test_a_longer_queue_needs_no_more_statements(actor, draft, now, django_assert_max_num_queries):
    launched(actor, draft, now)
    for number in range(20):
        approvals.file(actor=actor, kind="campaigns.launch", subject_id=10_000 + number, digest="d" * 64, text="Send.", now=now)
    with django_assert_max_num_queries(8):
        assert len(queue.list_approvals(actor=actor).items) == 21


def test_a_strangers_approvals_are_not_in_the_queue_and_cannot_be_read(actor, stranger, draft, now):
    approval = launched(actor, draft, now)
    theirs = replace(stranger.actor, credential="")
    assert queue.list_approvals(actor=theirs).total == 0
    for approval_id in (approval.id, 999_999_999):
        with pytest.raises(NotFound) as caught:
            queue.show(actor=theirs, approval_id=approval_id)
        assert caught.value.context == {"approval_id": approval_id}
