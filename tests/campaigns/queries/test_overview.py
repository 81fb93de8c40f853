from datetime import timedelta

import pytest

from campaigns.models.lead_import import LeadImport
from campaigns.queries.overview import draft_digest, list_rows
from campaigns.services import products, senders
from rocketsdr.lib.errors import NotFound
from tests import factories


def test_each_campaign_comes_with_its_own_numbers_and_nobody_elses(actor, campaign, enrollment, draft, stranger):
    factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    rows = {row.campaign.id: row.counters for row in list_rows(actor=actor).items}
    assert rows.keys() == {campaign.id, draft.id}
    assert (rows[campaign.id].sent, rows[draft.id].sent) == (1, 0)


def test_a_longer_list_costs_as_many_queries(actor, workspace, django_assert_num_queries):
    for number in (1, 20):
        factories.CampaignFactory.create_batch(number, workspace=workspace)
        with django_assert_num_queries(2):
            assert len(list_rows(actor=actor).items) >= number


@pytest.fixture
def digest(actor, draft):
    return lambda: draft_digest(actor=actor, campaign_id=draft.id)


def test_a_draft_has_one_name_while_nothing_of_it_changes(digest):
    assert digest() == digest()


@pytest.mark.parametrize("change", ["step", "lead", "product", "sender", "hours", "file"])
def test_a_draft_has_another_name_when_anything_of_it_changes(actor, draft, digest, change, now):
    before = digest()
    if change == "step":
        factories.StepFactory.create(campaign=draft)
    elif change == "lead":
        factories.EnrollmentFactory.create(campaign=draft)
    elif change == "product":
        products.update_product(
            actor=actor, product_id=draft.product_id, changes={"description": "Other words"}, now=now + timedelta(days=1)
        )
    elif change == "sender":
        draft.senders.add(senders.add_sender(actor=actor, email="new@acme.example", now=now))
    elif change == "hours":
        type(draft).objects.update(send_days=[1])
    else:
        LeadImport.objects.create(workspace=draft.workspace, campaign=draft, content_digest="e" * 64, created_at=now)
    assert digest() != before


def test_a_strangers_draft_has_no_name(actor, stranger):
    with pytest.raises(NotFound):
        draft_digest(actor=actor, campaign_id=stranger.campaign.id)
