import pytest
from django.core.cache import cache

from integrations.connection_test import Line, Report
from rocketsdr.accounts.models import ApiKey
from rocketsdr.lib.clock import now
from tests import factories

PAGE = "/settings/integrations/connectors/"


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


def test_the_page_has_the_fields_and_the_files_of_every_client(page, settings):
    text = page.get(PAGE).content.decode()
    for words in (
        f"{settings.PUBLIC_URL}/api/mcp",
        "rocketsdr",
        "Leave it empty.",
        "Claude",
        "ChatGPT",
        "Cursor",
        "VS Code",
        "MCP Inspector",
    ):
        assert words in text
    assert 'href="cursor://anysphere.cursor-deeplink/mcp/install?name=rocketsdr' in text
    assert 'href="vscode:mcp/install?' in text


def test_it_says_whom_an_address_on_this_machine_keeps_out(page, settings):
    assert "Claude and ChatGPT on the web do not" in page.get(PAGE).content.decode()
    settings.PUBLIC_URL = "https://outreach.example.com"
    assert "This address is not public" not in page.get(PAGE).content.decode()


def test_a_result_is_shown_line_by_line_with_the_fix(page, workspace):
    line = Line("Streams", "fail", "A stream of events is <held> back.", "Turn buffering off.")
    cache.set(f"connection-test:{workspace.id}", Report(now(), (line,)))
    text = page.get(PAGE).content.decode()
    assert "1 thing is wrong." in text
    assert "&lt;held&gt;" in text
    assert "Turn buffering off." in text
    assert "data-unfinished" not in text


def test_while_it_runs_the_page_looks_again_by_itself_and_offers_no_second_run(page, workspace):
    cache.set(f"connection-test:{workspace.id}", Report(now()))
    text = page.get(PAGE).content.decode()
    assert "data-unfinished" in text
    assert "Test again" not in text
    answer = page.post(f"{PAGE}test/", follow=True)
    assert "The connection test is running already." in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_only_who_manages_the_workspace_runs_the_test(client, workspace):
    member = factories.MembershipFactory.create(workspace=workspace, role="member").user
    client.force_login(member)
    assert "Test the connection" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}test/").status_code == 403
    assert not ApiKey.objects.exists()


def test_the_test_is_throttled(page, workspace):
    cache.set(f"connection-test:{workspace.id}", Report(now()))
    assert [page.post(f"{PAGE}test/").status_code for _ in range(11)][-2:] == [302, 429]


def test_the_page_is_for_signed_in_members(client, db):
    for answer in (client.get(PAGE), client.post(f"{PAGE}test/")):
        assert answer["Location"].startswith("/sign-in/?next=")
