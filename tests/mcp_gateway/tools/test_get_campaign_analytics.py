"""The numbers of one campaign, for all time or a window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories


@pytest.fixture
def reached(campaign, now):
    """Two leads have got the first e-mail, one of them has answered a day later."""
    ada, bob = factories.EnrollmentFactory.create_batch(2, campaign=campaign, created_at=now)
    for enrollment in (ada, bob):
        factories.DeliveryFactory.create(enrollment=enrollment, sent=True, sent_at=now)
    factories.EventFactory.create(campaign=campaign, lead=ada.lead, kind="replied", at=now + timedelta(days=1))
    return campaign


def test_the_numbers_are_told_with_their_rates(agent, reached):
    result = agent.result("get_campaign_analytics", campaign_id=str(reached.id))
    assert result["content"][0]["text"] == (
        "- Leads: 2\n- Sent: 2\n- Delivered: 2\n- Replies: 1\n- Positive: 0\n- Meetings: 0\n- Unsubscribed: 0\n- Bounced: 0\n"
        "- Failed: 0\n- Unknown: 0\n- Blocked: 0\n- Suppressed: 0\n"
        "Of delivered leads: reply rate 50.0%, positive rate 0.0%, meeting rate 0.0%, unsubscribe rate 0.0%, bounce rate 0.0%\n"
        "As of 2026-11-17 10:00 UTC. Opens and clicks are not tracked."
    )
    data = result["structuredContent"]
    assert (data["summary"]["replies"], data["summary"]["opens"], data["summary"]["rates"]["reply_rate"]) == (1, 0, 0.5)
    assert data["rows"] == []
    assert data["envelope"]["denominators"]["reply_rate"] == "replies / delivered leads"
    assert data["envelope"]["window"] == {"from": None, "to": None, "timezone": "UTC"}


def test_the_numbers_are_grouped(agent, reached):
    by_step = agent.result("get_campaign_analytics", campaign_id=reached.id, group_by="step")
    assert "\n- Step 1: sent 2, replies 1, positive 0, unsubscribed 0, bounced 0: reply rate 50.0%, " in by_step["content"][0]["text"]
    by_day = agent.data("get_campaign_analytics", campaign_id=reached.id, group_by="day")["rows"]
    assert [(each["key"], each["counters"]["sent"], each["counters"]["replies"], each["rates"]) for each in by_day] == [
        ("2026-11-17", 2, 0, {}),
        ("2026-11-18", 0, 1, {}),
    ]


@pytest.mark.parametrize(
    ("window", "numbers"),
    [
        ({"from": "2026-11-18"}, (0, 1)),
        ({"to": "2026-11-17"}, (2, 0)),
        ({"to": "2026-11-18"}, (2, 1)),
        ({"to": "2026-11-18T00:00:00Z"}, (2, 0)),
        ({"from": "2026-11-17T12:00:00+02:00", "to": "2026-11-18T10:00:01Z"}, (2, 1)),
        ({"from": "2026-11-17T12:00:01+02:00"}, (0, 1)),
    ],
)
def test_a_window_is_of_days_or_of_moments_as_it_is_written(agent, reached, window, numbers):
    summary = agent.data("get_campaign_analytics", campaign_id=reached.id, **window)["summary"]
    assert (summary["sent"], summary["replies"]) == numbers


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"group_by": "variant"}, "Results cannot be grouped by variant: it is not recorded yet. Use day, step or sender."),
        ({"group_by": "mood"}, "Results cannot be grouped by 'mood'. Use day, step or sender."),
        ({"from": "soon"}, 'from is "soon": send a day such as 2026-11-20, or a time such as 2026-11-20T10:15:00Z.'),
        ({"to": 5}, "to is 5: send a day such as 2026-11-20, or a time such as 2026-11-20T10:15:00Z."),
        ({"from": "2026-11-18T10:00:00"}, "`from` has no time zone. Write 2026-11-17T10:00:00Z, or a day: 2026-11-17."),
        ({"from": "2026-11-18", "to": "2026-11-16"}, "`from` does not lie before `to`. Swap them, or leave one of them out."),
        ({"to": "9999-12-31"}, "`to` lies after the year 9000. Give a day of this century."),
    ],
)
def test_a_wrong_window_or_group_is_told_with_the_fix(agent, campaign, arguments, sentence):
    assert agent.refusal("get_campaign_analytics", campaign_id=campaign.id, **arguments) == f"Error reading the analytics: {sentence}"
