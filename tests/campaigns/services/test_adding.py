"""Leads into a campaign that is there already."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, CampaignStatus, Delivery, Lead, LeadImport
from campaigns.services import adding, campaigns, heartbeat, importing, launching, preparing, suppressions
from campaigns.services.adding import Added, NotAddable
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Forbidden, NotFound
from tests import factories

CSV = "email,first_name\nada@customer.example,Ada\n"


@pytest.fixture
def launched(actor, product, persona, sender, now):
    """A campaign with one lead, launched and written."""
    spec = CampaignSpec(name="Batch 1", product_id=product.id, persona_id=persona.id, csv_content=CSV)
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now).campaign
    return work(campaign, now)


def work(campaign: Campaign, now) -> Campaign:
    for import_id in LeadImport.objects.filter(campaign=campaign, status="pending").values_list("id", flat=True):
        importing.run(lead_import_id=import_id, now=now)
    preparing.write_first_emails(campaign_id=campaign.id, now=now)
    launching.advance(campaign_id=campaign.id, now=now)
    campaign.refresh_from_db()
    return campaign


def add(actor, campaign, *leads, overwrite=True, now) -> Added:
    return adding.add(actor=actor, campaign_id=campaign.id, leads=leads, overwrite=overwrite, now=now)


def test_each_lead_has_an_outcome(actor, draft, now):
    known = factories.LeadFactory.create(workspace=draft.workspace, email="known@customer.example")
    suppressions.suppress(actor=actor, value="barred@customer.example", reason="manual", now=now)
    add(actor, draft, {"email": "first@customer.example"}, now=now)
    added = add(
        actor,
        draft,
        {"email": "new@customer.example"},
        {"email": "known@customer.example"},
        {"email": "first@customer.example"},
        {"email": "barred@customer.example"},
        {"email": "NEW@customer.example"},
        {"email": "nobody"},
        now=now,
    )
    assert [(each.index, each.outcome) for each in added.results] == [
        (0, "added"),
        (1, "enrolled"),
        (2, "already_in_campaign"),
        (3, "suppressed"),
        (4, "duplicate"),
        (5, "rejected"),
    ]
    assert added.results[1].lead_id == known.id
    assert added.results[5].lead_id is None
    assert "nobody" in added.results[5].reason
    counts = added.lead_import
    assert (counts.rows, counts.accepted + counts.updated, counts.duplicates, counts.rejected) == (6, 4, 1, 1)


def test_the_same_call_twice_adds_nobody_twice(actor, draft, now):
    for _ in range(2):
        added = add(actor, draft, {"email": "new@customer.example"}, now=now)
    assert Lead.objects.filter(email="new@customer.example").count() == 1
    assert draft.enrollments.count() == 1
    assert [each.outcome for each in added.results] == ["added"]  # the very same list is the same import


def test_what_is_known_stays_when_it_is_asked_for(actor, draft, now):
    lead = factories.LeadFactory.create(workspace=draft.workspace, email="known@customer.example", title="Owner")
    add(actor, draft, {"email": "known@customer.example", "title": "Intern"}, overwrite=False, now=now)
    lead.refresh_from_db()
    assert lead.title == "Owner"
    add(actor, draft, {"email": "known@customer.example", "title": "Founder"}, now=now)
    lead.refresh_from_db()
    assert lead.title == "Founder"


def test_a_running_campaign_stops_until_the_hold_is_over_again_and_nobody_is_written_to_twice(actor, launched, now):
    heartbeat.tick(now=launched.hold_until)
    launched.refresh_from_db()
    assert launched.status == "running"
    added = add(actor, launched, {"email": "new@customer.example"}, now=now)
    assert added.campaign.status == "importing"
    assert added.job is not None
    again = work(added.campaign, now)
    assert (again.status, again.hold_until > now) == ("scheduled", True)
    assert Delivery.objects.filter(campaign=launched, step__position=1).count() == 2


def test_under_the_approval_policy_a_person_decides_on_the_new_leads(actor, launched, now):
    heartbeat.tick(now=launched.hold_until)
    Workspace.objects.filter(id=launched.workspace_id).update(approval_policy="approval")
    add(actor, launched, {"email": "new@customer.example"}, now=now)
    again = work(launched, now)
    assert (again.status, again.approved_digest) == ("scheduled", "")
    heartbeat.tick(now=again.hold_until or now)
    again.refresh_from_db()
    assert again.status == "scheduled"


def test_a_paused_campaign_is_reviewed_anew_when_it_is_resumed(actor, launched, now):
    campaigns.pause(actor=actor, campaign_id=launched.id, now=now)
    add(actor, launched, {"email": "new@customer.example"}, now=now)
    assert Campaign.objects.get(id=launched.id).status == "paused"
    campaigns.resume(actor=actor, campaign_id=launched.id, now=now)
    again = work(launched, now)
    assert again.status == "scheduled"
    assert Delivery.objects.filter(campaign=launched, status="queued").count() == 2


def test_leads_who_are_there_already_stop_no_campaign(actor, launched, now):
    added = add(actor, launched, {"email": "ada@customer.example"}, now=now)
    assert (added.campaign.status, added.job) == ("scheduled", None)


def test_adding_to_a_launched_campaign_takes_the_scope_to_send(actor, launched, draft, now):
    weak = Actor(workspace_id=actor.workspace_id, user_id=actor.user_id, via="mcp", scopes=frozenset({"leads:write", "leads:read"}))
    with pytest.raises(Forbidden):
        add(weak, launched, {"email": "new@customer.example"}, now=now)
    assert add(weak, draft, {"email": "new@customer.example"}, now=now).results[0].outcome == "added"


@pytest.mark.parametrize("status", [CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED])
def test_a_campaign_that_is_over_takes_nobody(actor, launched, now, status):
    Campaign.objects.filter(id=launched.id).update(status=status)
    with pytest.raises(NotAddable, match=f"The campaign is {status}"):
        add(actor, launched, {"email": "new@customer.example"}, now=now)


def test_a_strangers_campaign_does_not_exist(actor, stranger, now):
    with pytest.raises(NotFound):
        add(actor, stranger.campaign, {"email": "new@customer.example"}, now=now)
    assert not Lead.objects.filter(email="new@customer.example").exists()
