from datetime import timedelta

import pytest

from campaigns.models import EnrollmentStatus, EventKind
from campaigns.queries.leads import get_lead, list_leads
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories


def _emails(page):
    return [view.lead.email for view in page.items]


def test_leads_are_listed_newest_first_and_strangers_are_not_among_them(actor, workspace, stranger):
    made = factories.LeadFactory.create_batch(3, workspace=workspace)
    found = list_leads(actor=actor, limit=2)
    assert _emails(found) == [made[2].email, made[1].email]
    assert found.total == 3
    assert _emails(list_leads(actor=actor, limit=2, cursor=found.next_cursor)) == [made[0].email]


def test_a_lead_of_no_campaign_is_not_enrolled(actor, lead):
    (view,) = list_leads(actor=actor).items
    assert (view.status, view.enrollment, view.steps_sent, view.last_event) == ("not_enrolled", None, 0, None)


def test_a_lead_shows_its_state_the_last_step_sent_and_the_last_event(actor, campaign, enrollment, now):
    first, second = campaign.steps.all()
    for step in (first, second):
        factories.DeliveryFactory.create(enrollment=enrollment, step=step, sent=True)
    factories.EventFactory.create(campaign=campaign, lead=enrollment.lead, at=now - timedelta(hours=1))
    last = factories.EventFactory.create(campaign=campaign, lead=enrollment.lead, kind=EventKind.REPLIED, at=now)
    (view,) = list_leads(actor=actor).items
    assert (view.status, view.steps_sent, view.last_event) == ("active", 2, last)


def test_a_step_that_is_only_queued_is_not_counted(actor, enrollment):
    factories.DeliveryFactory.create(enrollment=enrollment)
    assert list_leads(actor=actor).items[0].steps_sent == 0


def test_within_a_campaign_the_state_is_that_of_the_campaign(actor, workspace, campaign, enrollment, now):
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    factories.EnrollmentFactory.create(campaign=other, lead=enrollment.lead, status=EnrollmentStatus.REPLIED)
    replied = factories.EventFactory.create(campaign=other, lead=enrollment.lead, kind=EventKind.REPLIED, at=now)
    (ours,) = list_leads(actor=actor, campaign_id=campaign.id).items
    (theirs,) = list_leads(actor=actor, campaign_id=other.id).items
    (newest,) = list_leads(actor=actor).items
    assert (ours.status, ours.last_event) == ("active", None)
    assert (theirs.status, theirs.last_event) == (newest.status, newest.last_event) == ("replied", replied)


def test_a_status_selects_leads_and_shows_the_campaign_where_they_have_it(actor, workspace, campaign, enrollment):
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    factories.EnrollmentFactory.create(campaign=other, lead=enrollment.lead, status=EnrollmentStatus.REPLIED)
    factories.LeadFactory.create(workspace=workspace)
    (view,) = list_leads(actor=actor, status="active").items
    assert view.enrollment == enrollment
    assert list_leads(actor=actor, status="bounced").items == []
    assert list_leads(actor=actor, status="replied", campaign_id=campaign.id).items == []


@pytest.mark.parametrize(
    ("query", "found"), [("LOVELACE", 1), ("customer.example", 1), ("engines", 1), ("50%", 0), ("_", 0), (" \x00 ", 1)]
)
def test_a_text_is_searched_in_address_name_and_company(actor, lead, query, found):
    assert len(list_leads(actor=actor, query=query).items) == found


def test_archived_leads_are_not_listed(actor, workspace, now):
    factories.LeadFactory.create(workspace=workspace, archived_at=now)
    assert list_leads(actor=actor).items == []


def test_an_unknown_status_is_refused_with_the_known_ones(actor):
    with pytest.raises(Invalid, match="'dead'") as caught:
        list_leads(actor=actor, status="dead")
    assert "bounced" in caught.value.fix


def test_a_strangers_campaign_looks_like_a_missing_one(actor, stranger):
    for campaign_id in (stranger.campaign.id, 999_999_999):
        with pytest.raises(NotFound) as caught:
            list_leads(actor=actor, campaign_id=campaign_id)
        assert caught.value.context == {"campaign_id": campaign_id}


def test_a_strangers_lead_looks_like_a_missing_one(actor, lead, stranger):
    assert get_lead(actor=actor, lead_id=lead.id) == lead
    for lead_id in (stranger.lead.id, 999_999_999):
        with pytest.raises(NotFound, match="No such lead") as caught:
            get_lead(actor=actor, lead_id=lead_id)
        assert caught.value.context == {"lead_id": lead_id}


def test_a_page_has_a_fixed_price(actor, campaign, django_assert_num_queries):
    for enrollment in factories.EnrollmentFactory.create_batch(5, campaign=campaign):
        factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    with django_assert_num_queries(5):
        list_leads(actor=actor, campaign_id=campaign.id)
