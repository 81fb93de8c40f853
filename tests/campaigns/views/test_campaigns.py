import re

import pytest

from campaigns.models import Campaign, CampaignStatus, Delivery
from campaigns.models.lead_import import ImportStatus, LeadImport
from rocketsdr.accounts.models import AuditEvent, Workspace
from tests import factories


@pytest.fixture
def ready(draft, now):
    """A draft that lacks nothing."""
    factories.StepFactory.create(campaign=draft)
    factories.EnrollmentFactory.create(campaign=draft)
    LeadImport.objects.create(workspace=draft.workspace, campaign=draft, content_digest="e" * 64, status=ImportStatus.DONE, created_at=now)
    return draft


def status_of(campaign):
    campaign.refresh_from_db()
    return campaign.status


def test_the_list_shows_each_campaign_with_its_numbers(page, campaign, enrollment, thread):
    factories.EventFactory.create(campaign=campaign, lead=enrollment.lead, kind="replied")
    type(thread).objects.update(status="interested")
    text = page.get("/campaigns/").content.decode()
    assert campaign.name in text
    assert "1 of 1" in text
    assert re.search(r'data-label="Replies"[^>]*><span>1 <span[^>]*>100 %', text)
    assert re.search(r'data-label="Positive"[^>]*><span>1 <span[^>]*>100 %', text)
    assert "Opens" not in text  # nothing counts them


def test_the_list_is_narrowed_by_status_and_name(page, campaign, draft):
    Campaign.objects.filter(id=draft.id).update(name="Wine growers")
    assert "Wine growers" not in page.get("/campaigns/?status=running").content.decode()
    found = page.get("/campaigns/?query=wine").content.decode()
    assert "Wine growers" in found
    assert campaign.name not in found
    assert "No campaign fits" in page.get("/campaigns/?query=beer").content.decode()


def test_an_empty_list_says_what_to_do_next(page):
    text = page.get("/campaigns/").content.decode()
    assert "No campaigns yet" in text
    assert '<a class="button" href="/settings/integrations/">Connect Claude</a>' in text


def test_one_campaign_shows_how_far_it_is_what_it_says_and_to_whom(page, campaign, thread, product, persona, sender):
    factories.DeliveryFactory.create(enrollment__campaign=campaign, status="failed")
    text = page.get(f"/campaigns/{campaign.id}/").content.decode()
    for said in (product.name, persona.name, sender.email, "Mon, Tue, Wed, Thu, Fri", "17:00 UTC", "ada@customer.example"):
        assert said in text
    assert "A question about {{ lead.company }}" in text  # the step
    assert "is it so?" in text  # the first e-mail
    assert "1 sent, 0 replies" in text
    assert re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', text) == [
        ("done", "0.0", "50.0"),
        ("bad", "50.0", "50.0"),
    ]


def test_what_keeps_a_campaign_from_sending_is_said(page, campaign):
    type(campaign).objects.update(status=CampaignStatus.PAUSED, pause_reason="Too many bounces.")
    assert "The campaign is paused. Too many bounces." in page.get(f"/campaigns/{campaign.id}/").content.decode()


def test_what_a_draft_needs_is_said_in_place_of_the_button(page, draft, ready):
    address = f"/campaigns/{draft.id}/"
    assert "Review and launch" in page.get(address).content.decode()
    LeadImport.objects.all().delete()
    Campaign.objects.update(product=None)
    text = page.get(address).content.decode()
    assert "This draft still needs a product and leads." in text
    assert "Review and launch" not in text


def test_pausing_names_who_did_it_and_resuming_meets_the_policy_anew(page, campaign):
    address = f"/campaigns/{campaign.id}/"
    text = page.post(f"{address}pause/", follow=True).content.decode()
    assert "Nothing planned is lost." in text
    assert status_of(campaign) == CampaignStatus.PAUSED
    assert campaign.pause_reason == "By owner@acme.example."
    Workspace.objects.update(approval_policy="approval")
    text = page.post(f"{address}resume/", follow=True).content.decode()
    assert status_of(campaign) == CampaignStatus.SCHEDULED
    assert "A person has to approve the launch." in text
    assert set(AuditEvent.objects.values_list("via", flat=True)) == {"web"}


def test_what_cannot_be_paused_or_resumed_says_why(page, draft):
    for verb in ("pause", "resume"):
        text = page.post(f"/campaigns/{draft.id}/{verb}/", follow=True).content.decode()
        assert "The campaign is draft" in text
    assert status_of(draft) == CampaignStatus.DRAFT


def test_a_launch_shows_first_what_it_would_do(page, ready, sender):
    text = page.get(f"/campaigns/{ready.id}/launch/").content.decode()
    for said in ("1 lead", "1 e-mail each", sender.email, "It is held for 10 minutes"):
        assert said in text
    assert status_of(ready) == CampaignStatus.DRAFT


def launch(page, campaign):
    """Look at the page, then press its button."""
    text = page.get(f"/campaigns/{campaign.id}/launch/").content.decode()
    return page.post(f"/campaigns/{campaign.id}/launch/", {"seen": re.findall(r'name="seen" value="(\w+)"', text)[0]}, follow=True)


def test_a_launch_does_what_the_page_has_shown(page, ready, jobs):
    text = launch(page, ready).content.decode()
    assert "Launched." in text
    assert status_of(ready) == CampaignStatus.IMPORTING
    assert ready.launched_with == ""  # a person
    assert "campaigns.write_first_emails" in jobs.names


def test_a_draft_that_has_changed_since_is_shown_again_and_not_launched(page, ready):
    address = f"/campaigns/{ready.id}/launch/"
    seen = re.findall(r'name="seen" value="(\w+)"', page.get(address).content.decode())[0]
    factories.StepFactory.create(campaign=ready)
    text = page.post(address, {"seen": seen}).content.decode()
    assert "The draft has changed since you looked at it." in text
    assert status_of(ready) == CampaignStatus.DRAFT


def test_a_launch_that_is_refused_says_why(page, ready):
    factories.SenderFactory.create(workspace=ready.workspace, smtp=True).campaigns.add(ready)
    Workspace.objects.update(postal_address="")
    assert "no postal address" in launch(page, ready).content.decode()
    assert status_of(ready) == CampaignStatus.DRAFT
    assert not Delivery.objects.filter(status="queued").exists()


def test_a_launch_that_needs_an_approval_says_so_before(page, ready):
    Workspace.objects.update(approval_policy="approval")
    assert "Somebody has to approve it" in page.get(f"/campaigns/{ready.id}/launch/").content.decode()
