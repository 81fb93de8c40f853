"""An import is taken back where nobody was contacted."""

from __future__ import annotations

import pytest

from campaigns.models import Delivery, Enrollment, Event, Lead, LeadImport
from campaigns.services import adding, campaigns, heartbeat, importing, launching, preparing, reverting
from campaigns.services.reverting import NotRevertible
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import NotFound
from tests import factories


@pytest.fixture
def imported(actor, draft, now) -> LeadImport:
    """Two new leads and one that was known, in a draft whose e-mails are written."""
    factories.LeadFactory.create(workspace=draft.workspace, email="known@customer.example", title="Owner")
    named = [{"email": f"{name}@customer.example", "title": "CTO"} for name in ("new", "newer", "known")]
    added = adding.add(actor=actor, campaign_id=draft.id, leads=named, overwrite=True, now=now)
    preparing.write_first_emails(campaign_id=draft.id, now=now)
    return added.lead_import


def test_who_came_with_it_is_gone_with_what_was_written_for_them(actor, imported, now):
    done = reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert (done.removed, done.left_campaign, done.kept_total) == (2, 3, 0)
    assert list(Lead.objects.values_list("email", "title")) == [("known@customer.example", "CTO")]
    assert not Enrollment.objects.exists()
    assert not Delivery.objects.exists()
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.facts["removed"]) == ("leads.reverted", 2)
    assert done.lead_import.reverted_at == now


def test_a_second_time_there_is_nothing_left_to_do(actor, imported, now):
    reverting.revert(actor=actor, import_id=imported.id, now=now)
    events = AuditEvent.objects.count()
    again = reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert (again.removed, again.left_campaign, again.kept) == (0, 0, [])
    assert AuditEvent.objects.count() == events


def test_the_same_people_come_again_when_they_are_added_again(actor, imported, draft, now):
    before = set(draft.enrollments.values_list("lead__email", flat=True))
    reverting.revert(actor=actor, import_id=imported.id, now=now)
    named = [{"email": f"{name}@customer.example", "title": "CTO"} for name in ("new", "newer", "known")]
    again = adding.add(actor=actor, campaign_id=draft.id, leads=named, overwrite=True, now=now)
    assert again.lead_import.id != imported.id
    assert set(draft.enrollments.values_list("lead__email", flat=True)) == before


def test_a_campaign_whose_only_import_was_taken_back_lacks_leads(actor, imported, draft, now):
    assert "leads" not in campaigns.missing(draft)
    reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert "leads" in campaigns.missing(draft)
    assert importing.last_attached(draft) is None


@pytest.mark.parametrize("status", ["claimed", "inflight", "sent", "unknown"])
def test_whoever_may_have_been_written_to_stays(actor, imported, now, status):
    lead = Lead.objects.get(email="new@customer.example")
    times = {"lease_until": now} if status in ("claimed", "inflight") else {}
    Delivery.objects.filter(lead=lead).update(status=status, sent_at=now if status == "sent" else None, **times)
    done = reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert (done.removed, done.left_campaign) == (1, 2)
    assert [(each.lead_id, each.why) for each in done.kept] == [(lead.id, "They may have been written to already.")]
    assert Delivery.objects.filter(lead=lead).exists()


def test_whoever_has_answered_stays(actor, imported, draft, now):
    lead = Lead.objects.get(email="new@customer.example")
    factories.EventFactory.create(campaign=draft, lead=lead, kind="replied")
    done = reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert [each.lead_id for each in done.kept] == [lead.id]
    assert Event.objects.filter(lead=lead).exists()


def test_whoever_is_in_another_campaign_too_leaves_this_one_alone(actor, imported, campaign, now):
    lead = Lead.objects.get(email="new@customer.example")
    factories.EnrollmentFactory.create(campaign=campaign, lead=lead)
    done = reverting.revert(actor=actor, import_id=imported.id, now=now)
    assert (done.removed, done.left_campaign) == (1, 3)
    assert [(each.lead_id, each.why) for each in done.kept] == [(lead.id, "They are in another campaign too.")]


def test_a_launch_that_waits_for_its_hold_is_reviewed_again_without_them(actor, draft, imported, now):
    first = adding.add(actor=actor, campaign_id=draft.id, leads=[{"email": "stays@customer.example"}], overwrite=True, now=now)
    launching.request(actor=actor, campaign=draft, now=now)
    preparing.write_first_emails(campaign_id=draft.id, now=now)
    launching.advance(campaign_id=draft.id, now=now)
    draft.refresh_from_db()
    reverting.revert(actor=actor, import_id=imported.id, now=now)
    heartbeat.tick(now=draft.hold_until or now)
    assert AuditEvent.objects.filter(action="campaign.review_withdrawn").exists()
    assert [each.email for each in Lead.objects.filter(made_by=first.lead_import)] == ["stays@customer.example"]


def test_an_import_that_is_still_being_read_is_not_taken_back(actor, draft, now):
    attached = importing.attach(actor=actor, campaign=draft, content=b"email\nada@customer.example\n", now=now)
    with pytest.raises(NotRevertible, match="The import is pending"):
        reverting.revert(actor=actor, import_id=attached.lead_import.id, now=now)


def test_a_strangers_import_does_not_exist(actor, stranger, now):
    theirs = LeadImport.objects.create(
        workspace=stranger.workspace, campaign=stranger.campaign, content_digest="d" * 64, status="done", created_at=now
    )
    for import_id in (theirs.id, 999_999_999):
        with pytest.raises(NotFound):
            reverting.revert(actor=actor, import_id=import_id, now=now)
    theirs.refresh_from_db()
    assert theirs.reverted_at is None
