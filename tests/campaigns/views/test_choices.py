import pytest

from campaigns.queries import pages
from campaigns.views import choices
from rocketsdr.lib.errors import NotFound
from tests import factories


@pytest.fixture
def chosen(rf, person):
    def of(query=""):
        request = rf.get(f"/leads/?{query}")
        request.actor = person
        return choices.campaign_choices(request)

    return of


def test_the_newest_campaigns_can_be_chosen_and_the_one_that_the_address_names(chosen, workspace, monkeypatch):
    old, new = factories.CampaignFactory.create_batch(2, workspace=workspace)
    monkeypatch.setattr(choices, "MAX_LIMIT", 1)
    assert pages.MAX_LIMIT > 1
    assert chosen() == [(str(new.id), new.name)]
    assert chosen(f"campaign_id={old.id}") == [(str(new.id), new.name), (str(old.id), old.name)]


def test_a_strangers_campaign_cannot_be_chosen(chosen, stranger):
    with pytest.raises(NotFound):
        chosen(f"campaign_id={stranger.campaign.id}")
    assert chosen("campaign_id=x") == []
