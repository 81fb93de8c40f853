"""What a campaign sends next, from the rows that wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Sender, SenderDay
from campaigns.queries.schedule import upcoming
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(campaign, sender, now):
    """Three first e-mails that are due now."""
    leads = [factories.EnrollmentFactory.create(campaign=campaign, sender=sender) for _ in range(3)]
    return [factories.DeliveryFactory.create(enrollment=each) for each in leads]


def days(schedule) -> list[tuple[str, dict[int, int]]]:
    return [(f"{each.day:%m-%d}", each.steps) for each in schedule.days]


def test_first_emails_and_their_follow_ups_are_planned_day_by_day(actor, campaign, waiting, now):
    shown = upcoming(actor=actor, campaign_id=campaign.id, now=now)
    assert (shown.waiting, shown.later) == (3, 0)
    assert days(shown) == [("11-17", {1: 3}), ("11-20", {2: 3})]
    assert shown.estimated_finish == now + timedelta(days=3)
    assert shown.blocked_by == []


def test_caps_and_sending_hours_spread_them(actor, campaign, waiting, sender, now):
    Sender.objects.filter(id=sender.id).update(daily_cap=2, any_hour=False)
    SenderDay.objects.create(sender=sender, day=now.date(), used=1)
    shown = upcoming(actor=actor, campaign_id=campaign.id, now=now + timedelta(hours=1))
    assert days(shown)[:2] == [("11-17", {1: 1}), ("11-18", {1: 2})]
    after_hours = upcoming(actor=actor, campaign_id=campaign.id, now=now + timedelta(hours=9))
    assert days(after_hours)[0] == ("11-18", {1: 2})
    assert f"{after_hours.opens_at:%m-%d %H:%M}" == "11-18 09:00"


def test_a_hold_moves_the_first_day(actor, campaign, waiting, now):
    Campaign.objects.filter(id=campaign.id).update(status="scheduled", hold_until=now + timedelta(days=1))
    shown = upcoming(actor=actor, campaign_id=campaign.id, now=now)
    assert days(shown)[0] == ("11-18", {1: 3})
    assert shown.opens_at == now + timedelta(days=1)


STATES = {
    "a pause": ({"status": "paused", "pause_reason": "Wrong list"}, "The campaign is paused. Wrong list"),
    "a missing approval": ({"status": "scheduled", "approved_digest": ""}, "A person has to approve the launch."),
    "a draft": ({"status": "draft"}, "It is a draft: nothing leaves before it is launched."),
    "the end": ({"status": "completed"}, "It is completed: nothing is left to send."),
    "an archive": ({"status": "archived"}, "It is archived: nothing leaves any more."),
}


@pytest.mark.parametrize(("change", "sentence"), STATES.values(), ids=STATES)
def test_what_time_alone_does_not_lift_leaves_no_day(actor, campaign, waiting, now, change, sentence):
    Campaign.objects.filter(id=campaign.id).update(**change)
    shown = upcoming(actor=actor, campaign_id=campaign.id, now=now)
    assert (shown.days, shown.waiting, shown.later, shown.opens_at) == ([], 3, 3, None)
    assert sentence in shown.blocked_by


def test_a_paused_sender_sends_nothing(actor, campaign, waiting, sender, now):
    Sender.objects.filter(id=sender.id).update(status="paused")
    shown = upcoming(actor=actor, campaign_id=campaign.id, now=now)
    assert (shown.days, shown.later) == ([], 3)
    assert "None of its senders is active." in shown.blocked_by


def test_it_takes_few_statements_however_many_leads(actor, campaign, waiting, now, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        upcoming(actor=actor, campaign_id=campaign.id, now=now)


def test_a_strangers_campaign_has_no_schedule(actor, stranger, now):
    with pytest.raises(NotFound):
        upcoming(actor=actor, campaign_id=stranger.campaign.id, now=now)
