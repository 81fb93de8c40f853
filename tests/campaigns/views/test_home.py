import pytest

from campaigns.models import SenderStatus
from rocketsdr.accounts import approvals
from rocketsdr.accounts.models import Membership
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.lib.clock import now
from tests import factories


def test_home_says_where_to_connect_and_what_is_left_today(page, settings):
    text = page.get("/").content.decode()
    assert f"{settings.PUBLIC_URL}/api/mcp" in text
    assert "/settings/integrations/api-keys/new/" in text
    assert "0 of 10" in text


def test_a_new_workspace_is_shown_its_first_steps(page):
    text = page.get("/").content.decode()
    assert "First steps" in text
    for address in ("/products/new/", "/personas/new/", "/senders/new/", "/settings/integrations/"):
        assert f'href="{address}"' in text
    assert "Nobody has written back yet." in text


def test_a_step_that_is_taken_is_ticked_off_and_the_last_one_ends_the_list(page, person, campaign):
    text = page.get("/").content.decode()
    assert text.count('<li class="done">') == 4
    assert "Connect it under Settings" in text
    issue_api_key(actor=person, name="Claude", scopes=frozenset({"leads:read"}), now=now())
    assert "First steps" not in page.get("/").content.decode()


def test_what_matters_today_is_there_with_its_numbers(page, person, campaign, thread, workspace):
    approvals.file(actor=person, kind="campaigns.launch", subject_id=campaign.id, digest="d", text="Send it to 50 leads.", now=now())
    factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING, status_note="The server refuses the password.")
    text = page.get("/").content.decode()
    for said in ("Send it to 50 leads.", thread.preview, campaign.name, "The server refuses the password."):
        assert said in text
    assert '<a href="/approvals/">1</a>' in text
    assert '<a href="/inbox/?unread_only=on">1</a>' in text
    assert '<a href="/campaigns/?status=running">1</a>' in text


def test_nothing_of_a_strangers_is_there(page, stranger):
    text = page.get("/").content.decode()
    assert stranger.campaign.name not in text
    assert stranger.conversation.preview not in text


def test_the_navigation_counts_what_waits_on_every_page(page, person, campaign, thread):
    approvals.file(actor=person, kind="campaigns.launch", subject_id=campaign.id, digest="d", text="Send it.", now=now())
    for address in ("/", "/leads/", "/settings/integrations/"):
        text = page.get(address).content.decode()
        assert '<span class="count">1<span class="visually-hidden"> unread</span>' in text
        assert '<span class="count">1<span class="visually-hidden"> waiting</span>' in text


@pytest.mark.parametrize("address", ["/campaigns/", "/personas/", "/inbox/"])
def test_the_navigation_says_where_one_is(page, address):
    text = page.get(address).content.decode()
    nav = text[text.index("<nav") : text.index("</nav>")]
    assert nav.count("aria-current") == 1


def test_somebody_without_a_workspace_sees_no_campaigns(page):
    Membership.objects.all().delete()
    text = page.get("/").content.decode()
    assert "You are in no workspace yet" in text
    assert 'href="/campaigns/"' not in text
