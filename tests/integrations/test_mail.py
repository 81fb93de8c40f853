"""From a stored account to a message on its way, over real SMTP."""

from __future__ import annotations

import pytest

from integrations import mail
from integrations.contracts import MailRefused, SmtpEndpoint
from integrations.models import MailAccount
from integrations.providers import builtin_mailbox
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Conflict, Invalid
from tests.fakes.mailbox import running_mailbox

pytestmark = pytest.mark.django_db


def test_the_built_in_account_reaches_the_built_in_mailbox(actor, settings, tmp_path):
    account = mail.add_account(actor=actor, address="grace@acme.example", endpoint=None)
    with running_mailbox(tmp_path) as port:
        settings.MAILBOX_PORT = port
        with mail.open_connection(account) as server:
            data = b"From: grace@acme.example\r\nTo: ada@customer.example\r\nSubject: Hi\r\n\r\nHello\r\n"
            receipt = server.send(
                "grace@acme.example", "ada@customer.example", data, message_id="<m1@acme.example>", before_data=lambda: True
            )
    assert receipt is not None
    assert receipt.message_id == "<m1@acme.example>"
    assert [each.to_address for each in builtin_mailbox.messages(tmp_path)] == ["ada@customer.example"]


def test_the_password_stands_encrypted_and_nowhere_in_the_log(actor):
    endpoint = SmtpEndpoint(host="mail.example.com", port=587, username="grace", password="open sesame")
    account = mail.add_account(actor=actor, address="grace@acme.example", endpoint=endpoint)
    stored = MailAccount.objects.extra(select={"raw": "password"}).values_list("raw", flat=True).get(id=account.id)
    assert "sesame" not in stored
    assert MailAccount.objects.get(id=account.id).password == "open sesame"
    assert "sesame" not in str(AuditEvent.objects.get().facts)


def test_an_address_is_connected_once(actor):
    mail.add_account(actor=actor, address="grace@acme.example", endpoint=None)
    with pytest.raises(Conflict, match="connected already"):
        mail.add_account(actor=actor, address="grace@acme.example", endpoint=None)


def test_only_the_embedded_mode_has_a_built_in_mailbox(actor, settings):
    settings.EMBEDDED = False
    with pytest.raises(Invalid, match="built-in mailbox"):
        mail.add_account(actor=actor, address="grace@acme.example", endpoint=None)


def test_outside_the_embedded_mode_a_private_address_is_refused(actor, settings):
    account = mail.add_account(actor=actor, address="grace@acme.example", endpoint=SmtpEndpoint(host="127.0.0.1", port=25, tls="none"))
    settings.EMBEDDED = False
    with pytest.raises(MailRefused) as refused:
        mail.open_connection(account)
    assert refused.value.concerns_sender
