import pytest

from campaigns.models import DeliveryStatus, RenderedEmail
from campaigns.queries.emails import emails_of_lead, first_emails
from rocketsdr.lib.errors import NotFound
from tests import factories


@pytest.fixture
def write():
    """Plan an e-mail for a lead of a campaign, and write its words."""

    def written(campaign, words=True, **fields):
        lead = fields.pop("lead", None) or factories.LeadFactory.create(workspace=campaign.workspace)
        enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead)
        delivery = factories.DeliveryFactory.create(enrollment=enrollment, step=campaign.steps.first(), **fields)
        if words:
            RenderedEmail.objects.create(delivery=delivery, subject="Hello", body_text="Hello there", digest="d" * 64)
        return delivery

    return written


def test_the_first_emails_are_those_that_go_out_or_have_gone(actor, campaign, write):
    queued, sent = write(campaign), write(campaign, sent=True)
    for status in (DeliveryStatus.BLOCKED, DeliveryStatus.CANCELLED, DeliveryStatus.FAILED):
        write(campaign, status=status)
    write(campaign, words=False)
    assert first_emails(actor=actor, campaign_id=campaign.id) == [queued, sent]
    assert first_emails(actor=actor, campaign_id=campaign.id, limit=1) == [queued]


def test_a_lead_is_shown_what_every_campaign_wrote_the_newest_first(actor, workspace, campaign, lead, write, django_assert_num_queries):
    first = write(campaign, lead=lead)
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    factories.StepFactory.create(campaign=other)
    second = write(other, lead=lead, words=False)
    with django_assert_num_queries(2):
        shown = emails_of_lead(actor=actor, lead_id=lead.id)
        assert [each.campaign.name for each in shown] == [other.name, campaign.name]
    assert shown == [second, first]


def test_a_strangers_emails_are_not_there(actor, stranger):
    with pytest.raises(NotFound):
        first_emails(actor=actor, campaign_id=stranger.campaign.id)
    with pytest.raises(NotFound):
        emails_of_lead(actor=actor, lead_id=stranger.lead.id)
