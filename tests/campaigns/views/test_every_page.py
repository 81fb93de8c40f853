"""What holds for every page of the product: who sees it, who may act, what a stranger's id is, and what hostile words do to it."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Audience, RenderedEmail
from tests import factories

LISTS = ["/", "/campaigns/", "/leads/", "/leads/audiences/", "/inbox/", "/products/", "/personas/", "/senders/"]
FINDING = "/leads/find/"
FORMS = ["/products/new/", "/personas/new/", "/senders/new/"]
OF_ONE = {
    "campaign": "/campaigns/{campaign}/",
    "launch": "/campaigns/{campaign}/launch/",
    "lead": "/leads/{lead}/",
    "thread": "/inbox/{thread}/",
    "product": "/products/{product}/",
    "persona": "/personas/{persona}/",
    "audience": "/leads/audiences/{audience}/",
    "delete": "/leads/audiences/{audience}/delete/",
}
ACTS = [
    "/campaigns/{campaign}/pause/",
    "/campaigns/{campaign}/resume/",
    "/campaigns/{campaign}/launch/",
    "/inbox/{thread}/mark/",
    "/senders/{sender}/pause/",
    "/senders/{sender}/resume/",
    "/products/{product}/",
    "/personas/{persona}/",
    "/leads/audiences/{audience}/",
    "/leads/audiences/{audience}/delete/",
]
SEARCHES = ["/leads/find/save/", "/leads/find/persona/"]  # what they act on stands in the address
HTML = """<script>alert("x")</script>'"""
BACKWARDS = "\u202eabc " + "شركة الأمل " * 12
LONG = "W" * 300


@pytest.fixture
def ours(campaign, lead, thread, product, persona, sender):
    return {
        "campaign": campaign.id,
        "lead": lead.id,
        "thread": thread.id,
        "product": product.id,
        "persona": persona.id,
        "sender": sender.id,
        "audience": factories.AudienceFactory.create(workspace=campaign.workspace).id,
    }


@pytest.fixture
def theirs(stranger):
    one = {"campaign": stranger.campaign, "lead": stranger.lead, "thread": stranger.conversation, "sender": stranger.sender}
    audience = factories.AudienceFactory.create(workspace=stranger.workspace)
    return {name: row.id for name, row in {**one, "product": stranger.product, "persona": stranger.persona, "audience": audience}.items()}


@pytest.mark.parametrize("address", [*LISTS, FINDING, *FORMS, *OF_ONE.values()])
def test_a_member_sees_it_and_somebody_who_is_not_signed_in_signs_in_first(page, ours, address):
    address = address.format(**ours)
    response = page.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert len(re.findall("<h1", text)) == 1
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text)
    assert Client().get(address)["Location"] == f"/sign-in/?next={address}"


@pytest.mark.parametrize("address", OF_ONE.values())
def test_a_strangers_id_is_not_found(page, theirs, address):
    response = page.get(address.format(**theirs))
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("address", ACTS)
def test_a_strangers_things_cannot_be_acted_on(page, theirs, address):
    assert page.post(address.format(**theirs), {"name": "Mine now"}).status_code == 404


@pytest.mark.parametrize("address", ["/leads/?campaign_id={campaign}", "/inbox/?campaign_id={campaign}"])
def test_a_strangers_campaign_is_no_filter(page, theirs, address):
    assert page.get(address.format(**theirs)).status_code == 404


@pytest.mark.parametrize("address", [*ACTS, *FORMS, *SEARCHES])
def test_a_viewer_cannot_act_and_is_told_why(looking, ours, address):
    response = looking.post(address.format(**ours))
    assert response.status_code == 403
    assert "Your role in this workspace does not allow this:" in response.content.decode()


@pytest.mark.parametrize("address", [*LISTS, FINDING, "/campaigns/{campaign}/", "/leads/{lead}/", "/inbox/{thread}/"])
def test_a_viewer_sees_it_without_buttons_that_act(looking, ours, address):
    response = looking.get(address.format(**ours))
    assert response.status_code == 200
    forms = set(re.findall(r'method="post" action="([^"]+)"', response.content.decode()))
    assert forms <= {"/workspace/pause/", "/theme/", "/sign-out/"}  # anybody may stop all mail


@pytest.mark.parametrize("address", [*ACTS, *FORMS, *SEARCHES])
def test_a_form_of_another_site_does_nothing(owner, ours, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.post(address.format(**ours)).status_code == 403


@pytest.fixture
def fill(workspace):
    """Add some of everything, with names that somebody has made up to do harm."""

    def more(number, words=HTML):
        for _ in range(number):
            product = factories.ProductFactory.create(workspace=workspace, name=words[:200], description=words, value_props=[words])
            persona = factories.PersonaFactory.create(workspace=workspace, name=words[:200], title=words[:200], pains=[words])
            sender = factories.SenderFactory.create(workspace=workspace, from_name=words[:100], status="failing", status_note=words)
            campaign = factories.CampaignFactory.create(
                workspace=workspace, product=product, persona=persona, name=words[:200], senders=[sender], running=True
            )
            factories.StepFactory.create(campaign=campaign, subject=words, body=words)
            lead = factories.LeadFactory.create(
                workspace=workspace, full_name=words[:200], company=words[:200], title=words[:200], custom={words: words}
            )
            enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
            delivery = factories.DeliveryFactory.create(enrollment=enrollment, note=words)
            RenderedEmail.objects.create(delivery=delivery, subject=words, body_text=words, digest="d" * 64)
            thread = factories.ConversationFactory.create(campaign=campaign, lead=lead, subject=words, preview=words[:200])
            factories.InboundMessageFactory.create(conversation=thread, text=words)
            named = f"{Audience.objects.count()} {words}"[:100]
            audience = factories.AudienceFactory.create(
                workspace=workspace, name=named, targeting={"locations": [words], "titles": [words]}
            )
        made = {"campaign": campaign, "lead": lead, "thread": thread, "product": product, "persona": persona, "audience": audience}
        return {name: row.pk for name, row in made.items()}

    return more


@pytest.mark.parametrize("words", [HTML, BACKWARDS, LONG], ids=["html", "backwards", "long"])
def test_hostile_words_are_only_words(page, fill, words):
    ours = fill(1, words)
    for address in [*LISTS, *OF_ONE.values()]:
        response = page.get(address.format(**ours))
        assert response.status_code == 200
        text = response.content.decode()
        assert "<script>alert" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)
        if words == BACKWARDS:  # what turns the order of letters around stays within its own element
            shown = re.findall(r"<([a-z0-9]+)([^<>]*)>[^<>]*\u202e", text)
            apart = {tag for tag, attributes in shown if tag not in ("bdi", "title", "textarea", "option") and "dir=" not in attributes}
            assert not apart, address


@pytest.mark.parametrize("address", LISTS)
def test_more_rows_need_no_more_queries(page, fill, address):
    fill(2)
    page.get(address)
    counted = []
    for more in (0, 12):
        fill(more) if more else None
        with CaptureQueriesContext(connection) as queries:
            assert page.get(address).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 16


@pytest.mark.parametrize("address", ["/campaigns/{campaign}/", "/leads/{lead}/", "/inbox/{thread}/"])
def test_a_page_of_one_is_read_in_a_bounded_number_of_queries(page, fill, address):
    ours = fill(1)
    page.get("/")  # the first page of a session writes down who is there
    with CaptureQueriesContext(connection) as queries:
        page.get(address.format(**ours))
    assert len(queries) <= 45


@pytest.mark.parametrize("address", LISTS[1:])
def test_a_list_goes_on_where_the_page_ended(page, fill, workspace, address):
    fill(26)
    seen = []
    while address:
        text = page.get(address).content.decode()
        main = text[text.index("<main") :]
        seen += re.findall(
            r'<a [^>]*href="/(?:campaigns|leads|inbox|products|personas|leads/audiences)/(\d+)/"|action="/senders/(\d+)/pause/"', main
        )
        found = re.search(r'href="(\?cursor=[^"]+)" rel="next"', text)
        address = found and address.partition("?")[0] + found[1]
    assert len(set(seen)) >= 26


def test_a_cursor_that_is_none_is_refused_with_a_sentence(page, campaign):
    response = page.get("/campaigns/?cursor=nonsense")
    assert response.status_code == 422
    assert "This is no cursor of ours." in response.content.decode()


@pytest.mark.parametrize("address", ["/campaigns/?status=flying&query=%00", "/leads/?campaign_id=x&status=%F0%9F", "/inbox/?campaign_id=²"])
def test_filters_that_make_no_sense_narrow_nothing(page, ours, address):
    assert page.get(address).status_code == 200
