import pytest

from tests import factories


@pytest.fixture
def other(workspace):
    return factories.LeadFactory.create(workspace=workspace, email="linus@other.example", full_name="Linus", company="Kernel AB")


def test_leads_are_found_by_text_campaign_and_state(page, campaign, enrollment, other):
    def found(query):
        text = page.get(f"/leads/?{query}").content.decode()
        return ("ada@customer.example" in text, "linus@other.example" in text)

    assert found("") == (True, True)
    assert found("query=kernel") == (False, True)
    assert found(f"campaign_id={campaign.id}") == (True, False)
    assert found("status=active") == (True, False)
    assert found("status=bounced") == (False, False)
    assert "Nobody found" in page.get("/leads/?query=nobody").content.decode()


def test_each_lead_says_how_far_it_is(page, campaign, thread, other):
    factories.EventFactory.create(campaign=campaign, lead=thread.lead, kind="sent")
    text = page.get("/leads/").content.decode()
    assert campaign.name in text
    assert "In no campaign" in text
    assert "Sent <span" in text


def test_one_lead_shows_what_it_got_and_what_it_said(page, campaign, thread, lead):
    type(lead).objects.update(custom={"team_size": "11-50"}, phone="+49 30 1")
    factories.SuppressionFactory.create(workspace=campaign.workspace, value=lead.email)
    text = page.get(f"/leads/{lead.id}/").content.decode()
    for said in (
        "is it so?",
        "Happy to talk on Tuesday",
        "Team size",
        "11-50",
        "+49 30 1",
        campaign.name,
        "Nobody writes to ada@customer.example",
    ):
        assert said in text
    assert f'href="/inbox/{thread.id}/"' in text


def test_a_lead_that_is_archived_is_still_shown_by_its_address(page, lead, now):
    type(lead).objects.update(archived_at=now)
    assert page.get(f"/leads/{lead.id}/").status_code == 200


def test_an_empty_list_says_what_to_do_next(page):
    assert "No leads yet" in page.get("/leads/").content.decode()


def test_only_a_web_address_becomes_a_link(page, lead):
    type(lead).objects.update(website="javascript:alert(1)", linkedin_url="https://linkedin.example/in/ada")
    text = page.get(f"/leads/{lead.id}/").content.decode()
    assert "<dd>javascript:alert(1)</dd>" in text
    assert '<a href="https://linkedin.example/in/ada" rel="noopener noreferrer nofollow" target="_blank">' in text
