import pytest

from campaigns.models import Audience
from rocketsdr.accounts.models import AuditEvent
from tests import factories


@pytest.fixture
def audience(workspace):
    targeting = {"locations": ["DE"], "company_size_min": 51, "exclude": {"seniorities": ["intern"]}}
    return factories.AudienceFactory.create(workspace=workspace, name="Germans", targeting=targeting)


def test_an_audience_is_listed_with_what_it_looks_for_and_opens_as_it_was(page, audience):
    text = page.get("/leads/audiences/").content.decode()
    for said in ("Germans", "Germany", "51 employees or more", "Not seniority", "Intern"):
        assert said in text
    assert 'href="/leads/find/?locations=DE&amp;company_size_min=51&amp;not_seniorities=intern"' in text


def test_an_empty_list_says_what_to_do_next(page):
    assert "No audiences yet" in page.get("/leads/audiences/").content.decode()


def test_an_audience_is_renamed_and_a_name_that_is_taken_is_refused(page, workspace, audience):
    factories.AudienceFactory.create(workspace=workspace, name="Taken")
    address = f"/leads/audiences/{audience.id}/"
    assert "There is an audience “Taken” already." in page.post(address, {"name": "Taken"}).content.decode()
    assert "This field is required." in page.post(address, {"name": ""}).content.decode()
    assert page.post(address, {"name": "DACH"})["Location"] == "/leads/audiences/"
    assert Audience.objects.get(id=audience.id).name == "DACH"


def test_an_audience_is_deleted_after_a_question(page, audience):
    address = f"/leads/audiences/{audience.id}/delete/"
    assert "Keep it" in page.get(address).content.decode()
    assert Audience.objects.exists()
    assert "is deleted" in page.post(address, follow=True).content.decode()
    assert not Audience.objects.exists()
    assert AuditEvent.objects.latest("id").action == "audience.deleted"


def test_a_viewer_sees_audiences_and_changes_none(looking, audience):
    text = looking.get("/leads/audiences/").content.decode()
    assert "Germans" in text
    assert "Rename" not in text
    assert "Delete" not in text
