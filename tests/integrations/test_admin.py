import pytest

from rocketsdr.accounts.models import AuditEvent
from tests import factories


@pytest.fixture
def page(client, db):
    client.force_login(factories.UserFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def account(workspace):
    return factories.MailAccountFactory.create(workspace=workspace, smtp=True)


def saved(page, account, **given):
    form = {"host": "mail.example.com", "port": 587, "tls": "starttls", "username": "sales", "password": "", **given}
    response = page.post(f"/admin/integrations/mailaccount/{account.id}/change/", form)
    account.refresh_from_db()
    return response


def test_the_password_is_written_and_never_shown(page, account):
    text = page.get(f"/admin/integrations/mailaccount/{account.id}/change/").content.decode()
    assert "open sesame" not in text
    assert 'type="password"' in text
    saved(page, account, password=" new one ")
    assert account.password == " new one "


def test_an_empty_password_keeps_the_stored_one(page, account):
    assert saved(page, account, host="mail.example.org").status_code == 302
    assert (account.host, account.password) == ("mail.example.org", "open sesame")


def test_the_change_is_in_the_log_without_what_was_typed(page, account):
    saved(page, account, password="new one", host="mail.example.org")
    event = AuditEvent.objects.get(action="mail_account.changed")
    assert (event.via, event.facts) == ("admin", {"fields": "host password"})


def test_the_address_and_the_workspace_stay(page, account, stranger):
    saved(page, account, address="other@acme.example", workspace=stranger.workspace.id)
    assert account.workspace_id != stranger.workspace.id
    assert account.address != "other@acme.example"
