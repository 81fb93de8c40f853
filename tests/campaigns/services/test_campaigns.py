"""A campaign is made of what its caller says, completely or not at all."""

from __future__ import annotations

from datetime import time

import pytest

from campaigns.models import Campaign, LeadImport
from campaigns.services import campaigns
from campaigns.services.campaigns import CampaignSpec, ScheduleSpec
from campaigns.services.sequences import StepSpec
from rocketsdr.lib.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db
CSV = "contact name,email,company,title\nAda Lovelace,ada@example.com,Analytical Engine,Founder\nNobody,,x,y\n"


@pytest.fixture
def spec(product, persona, sender):
    def make(**fields) -> CampaignSpec:
        return CampaignSpec(**{"name": "Batch 1", "product_id": product.id, "persona_id": persona.id, "csv_content": CSV, **fields})

    return make


def create(actor, spec, now, *, launch=True):
    return campaigns.create(actor=actor, spec=spec, launch=launch, now=now)


def test_a_launched_campaign_reads_its_file_and_says_what_was_in_it(actor, spec, jobs, now):
    made = create(actor, spec(), now)
    assert made.campaign.status == "importing"
    assert made.attached is not None
    assert (made.attached.accepted, len(made.attached.rejected)) == (1, 1)
    assert "campaigns.import_csv" in jobs.names


def test_without_steps_it_gets_a_good_sequence_of_three(actor, spec, now):
    steps = list(create(actor, spec(), now).campaign.steps.all())
    assert [(step.position, step.wait_days) for step in steps] == [(1, 0), (2, 3), (3, 5)]
    assert steps[0].subject


def test_given_steps_are_taken(actor, spec, now):
    made = create(actor, spec(steps=[StepSpec(subject="Hi {{ lead.first_name }}", body="Text"), StepSpec(body="Again", wait_days=2)]), now)
    assert [(step.subject, step.wait_days) for step in made.campaign.steps.all()] == [("Hi {{ lead.first_name }}", 0), ("", 2)]


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([StepSpec(subject="", body="x")], "steps[0].subject"),
        ([StepSpec(subject="{{ lead.first_name ", body="x")], "steps[0].subject"),
        ([StepSpec(subject="Hi", body="{% include 'secrets' %}")], "steps[0].body"),
        ([StepSpec(subject="Hi", body="x"), StepSpec(body="{{ leed.name }}")], "steps[1].body"),
        ([], "steps"),
        ([StepSpec(subject="Hi", body="x")] * 11, "steps"),
    ],
)
def test_a_sequence_that_could_not_be_sent_is_refused_by_its_place(actor, spec, now, steps, field):
    with pytest.raises(Invalid) as refused:
        create(actor, spec(steps=steps), now)
    assert refused.value.field == field
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"product_id": None}, "product_id"),
        ({"persona_id": None}, "persona_id"),
        ({"csv_content": None}, "csv_content"),
        ({"csv_url": "https://elsewhere.example/leads.csv"}, "csv_url"),
        ({"type": "targeting"}, "type"),
        ({"targeting": {"titles": ["CEO"]}}, "targeting"),
        ({"linkedin_usernames": ["ada"]}, "linkedin_usernames"),
        ({"schedule": ScheduleSpec(timezone="Mars/Olympus")}, "schedule.timezone"),
        ({"schedule": ScheduleSpec(days=(8,))}, "schedule.days"),
        ({"schedule": ScheduleSpec(start=time(17), end=time(9))}, "schedule.to"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(actor, spec, now, fields, field):
    with pytest.raises(Invalid) as refused:
        create(actor, spec(**fields), now)
    assert refused.value.field == field
    assert refused.value.fix
    assert not Campaign.objects.exists()


def test_another_type_is_refused_with_a_sentence_that_says_when_it_comes(actor, spec, now):
    with pytest.raises(Invalid, match="lead directory"):
        create(actor, spec(type="targeting"), now)


def test_the_schedule_is_kept(actor, spec, now):
    made = create(actor, spec(schedule=ScheduleSpec("Europe/Berlin", (1, 2), time(8), time(12, 30))), now).campaign
    assert (made.timezone, made.send_days, made.send_from, made.send_to) == ("Europe/Berlin", [1, 2], time(8), time(12, 30))


def test_a_draft_needs_only_a_name_and_says_what_is_missing(actor, sender, now):
    draft = create(actor, CampaignSpec(name="Later"), now, launch=False).campaign
    assert draft.status == "draft"
    assert campaigns.missing(draft) == ["product_id", "persona_id", "csv_content or csv_url"]


def test_a_draft_is_finalized_without_its_leads_coming_again(actor, product, persona, sender, now):
    draft = create(actor, CampaignSpec(name="Later", csv_content=CSV), now, launch=False).campaign
    launched = campaigns.finalize(
        actor=actor, campaign_id=draft.id, spec=CampaignSpec(product_id=product.id, persona_id=persona.id), now=now
    ).campaign
    assert launched.status == "importing"
    assert launched.steps.count() == 3
    assert LeadImport.objects.count() == 1


@pytest.mark.parametrize("what", ["product", "persona"])
def test_a_strangers_product_or_persona_does_not_exist(actor, spec, stranger, now, what):
    with pytest.raises(NotFound):
        create(actor, spec(**{f"{what}_id": getattr(stranger, what).id}), now)
    assert not Campaign.objects.filter(workspace_id=actor.workspace_id).exists()


def test_a_strangers_sender_does_not_exist(actor, spec, stranger, now):
    with pytest.raises(NotFound):
        create(actor, spec(sender_ids=[stranger.sender.id]), now)


def test_pausing_twice_is_quiet_and_pausing_a_draft_is_not(actor, campaign, draft, now):
    assert campaigns.pause(actor=actor, campaign_id=campaign.id, reason="Wrong list", now=now).campaign.pause_reason == "Wrong list"
    assert campaigns.pause(actor=actor, campaign_id=campaign.id, now=now).campaign.status == "paused"
    with pytest.raises(Conflict, match="draft"):
        campaigns.pause(actor=actor, campaign_id=draft.id, now=now)


def test_a_running_campaign_is_paused_before_it_is_archived(actor, campaign, now):
    with pytest.raises(Conflict, match="running"):
        campaigns.archive(actor=actor, campaign_id=campaign.id, now=now)
    campaigns.pause(actor=actor, campaign_id=campaign.id, now=now)
    assert campaigns.archive(actor=actor, campaign_id=campaign.id, now=now).status == "archived"
