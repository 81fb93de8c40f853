import pytest

from campaigns.models import Sender, SenderDay, SenderStatus
from rocketsdr.accounts.models import AuditEvent, Workspace
from rocketsdr.lib.clock import now
from tests import factories
from tests.fakes.mailbox import running_mailbox

SECRET = "open sesame"


@pytest.fixture
def given(tmp_path):
    with running_mailbox(tmp_path) as port:
        yield {"email": "Grace@acme.example", "from_name": "Grace", "host": "127.0.0.1", "tls": "none", "port": port, "daily_cap": 40}


def test_a_mailbox_is_added_once_its_server_has_let_us_in(page, workspace, given):
    text = page.post("/senders/new/", given, follow=True).content.decode()
    assert "is connected: its server has let us in." in text
    sender = Sender.objects.get()
    assert (sender.workspace, sender.email, sender.daily_cap, sender.any_hour) == (workspace, "grace@acme.example", 40, False)
    assert "40 of 40" in text
    assert set(AuditEvent.objects.values_list("via", flat=True)) == {"web"}


def test_a_server_that_refuses_is_said_and_the_password_is_not_shown_again(page, given):
    response = page.post("/senders/new/", {**given, "port": 1, "username": "grace", "password": SECRET})
    text = response.content.decode()
    assert 'role="alert"' in text
    assert 'value="Grace@acme.example"' in text
    assert SECRET not in text
    assert not Sender.objects.exists()


def test_no_page_ever_shows_a_password(page, workspace):
    sender = factories.SenderFactory.create(workspace=workspace, smtp=True)
    assert sender.account.password == SECRET
    for address in ("/senders/", "/", "/senders/new/"):
        assert SECRET not in page.get(address).content.decode()


@pytest.mark.parametrize(("field", "value"), [("host", "no host!"), ("email", "nobody"), ("daily_cap", 0), ("port", 70000)])
def test_what_is_wrong_is_said_at_its_field(page, given, field, value):
    form = page.post("/senders/new/", {**given, field: value}).context["form"]
    assert list(form.errors) == [field]


def test_an_address_that_is_connected_is_refused(page, given, workspace):
    factories.SenderFactory.create(workspace=workspace, email="grace@acme.example")
    assert "is connected already" in page.post("/senders/new/", given).content.decode()


def test_a_server_in_a_private_network_is_refused_outside_the_embedded_mode(page, given, settings):
    settings.EMBEDDED = False
    assert "private" in page.post("/senders/new/", {**given, "email": "grace@acme.com"}).content.decode()


def test_the_page_is_no_tool_to_search_a_network_with(page):
    for _ in range(30):
        page.post("/senders/new/", {})
    assert page.post("/senders/new/", {}).status_code == 429


def test_the_list_says_what_is_left_and_how_each_one_is(page, workspace):
    sender = factories.SenderFactory.create(workspace=workspace, smtp=True)
    SenderDay.objects.create(sender=sender, day=now().date(), used=12)
    factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING, status_note="The server refuses the password.")
    text = page.get("/senders/").content.decode()
    assert "18 of 30" in text
    assert "The server refuses the password." in text
    assert "Healthy" in text
    assert "Failing" in text


def test_a_missing_postal_address_is_said_where_it_matters(page, sender):
    assert "no postal address" not in page.get("/senders/").content.decode()
    Workspace.objects.update(postal_address="")
    assert "no postal address" in page.get("/senders/").content.decode()


def test_a_sender_rests_and_sends_again(page, sender):
    assert "What is planned waits." in page.post(f"/senders/{sender.id}/pause/", follow=True).content.decode()
    sender.refresh_from_db()
    assert (sender.status, sender.status_note) == (SenderStatus.PAUSED, "By owner@acme.example.")
    assert "active again" in page.post(f"/senders/{sender.id}/resume/", follow=True).content.decode()
    sender.refresh_from_db()
    assert sender.status == SenderStatus.ACTIVE


def test_an_empty_list_says_what_to_do_next(page):
    text = page.get("/senders/").content.decode()
    assert "No senders yet" in text
    assert 'href="/senders/new/">Add a mailbox' in text
