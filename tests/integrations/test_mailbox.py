"""Incoming mail: read without trusting it, told to the mailbox that it came to."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from integrations import mailbox
from integrations.contracts import MailEvent
from integrations.models import MailAccount
from integrations.signals import mail_received
from tests import factories


def message(**headers: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    fields = {
        "From": "Ada <Ada@Customer.Example>",
        "To": "grace@acme.example",
        "Subject": "Re: A question",
        "Message-ID": "<r1@customer.example>",
    }
    for name, value in {**fields, **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content("Happy to talk on Tuesday.\r\n")
    return made


def test_a_reply_is_read(now):
    mail = mailbox.read(message(In_Reply_To="<m1@acme.example>", References="<m0@acme.example> <m1@acme.example>").as_bytes(), now=now)
    assert mail.event == MailEvent.REPLIED
    assert (mail.from_address, mail.to_address, mail.subject) == ("ada@customer.example", "grace@acme.example", "Re: A question")
    assert (mail.in_reply_to, mail.references) == ("<m1@acme.example>", ("<m0@acme.example>", "<m1@acme.example>"))
    assert (mail.text, mail.received_at) == ("Happy to talk on Tuesday.", now)


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"X_Autoreply": "yes"}, {"Precedence": "auto_reply"}, {"X_Auto_Response_Suppress": "All"}],
)
def test_an_automatic_note_is_told_from_a_reply(headers, now):
    assert mailbox.read(message(**headers).as_bytes(), now=now).event == MailEvent.AUTO_REPLIED


def test_auto_submitted_no_means_a_person(now):
    assert mailbox.read(message(Auto_Submitted="no").as_bytes(), now=now).event == MailEvent.REPLIED


def test_html_alone_becomes_text(now):
    made = message()
    made.set_content("<p>Yes &amp; gladly.<br>Ada</p><script>steal()</script>", subtype="html")
    assert mailbox.read(made.as_bytes(), now=now).text == "Yes & gladly.\nAda"


BOUNCE = b"""From: MAILER-DAEMON@mx.example\r
To: grace@acme.example\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <b1@mx.example>\r
Auto-Submitted: auto-replied\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
The mailbox does not exist.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; ada@customer.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
From: grace@acme.example\r
To: ada@customer.example\r
Subject: A question\r
Message-ID: <m1@acme.example>\r
\r
Hello\r
--b--\r
"""


def test_a_permanent_bounce_names_the_message_that_failed(now):
    mail = mailbox.read(BOUNCE, now=now)
    assert (mail.event, mail.in_reply_to) == (MailEvent.BOUNCED, "<m1@acme.example>")


def test_a_delay_is_no_bounce(now):
    delayed = BOUNCE.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")
    assert mailbox.read(delayed, now=now).event == MailEvent.AUTO_REPLIED


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00garbage", b"Content-Type: text/plain; charset=no-such\r\n\r\n\xe9t\xe9", b"From: <>\r\n\r\n"]
)
def test_broken_mail_never_crashes_and_always_has_an_id(raw, now):
    mail = mailbox.read(raw, now=now)
    assert mail.message_id
    assert "\x00" not in mail.text


def test_the_same_bytes_without_an_id_get_the_same_id(now):
    assert mailbox.read(b"Subject: x\r\n\r\ny", now=now).message_id == mailbox.read(b"Subject: x\r\n\r\ny", now=now).message_id


def test_every_mailbox_that_it_is_addressed_to_hears_of_it(workspace, stranger, now):
    mine = factories.MailAccountFactory.create(workspace=workspace, address="grace@acme.example")
    heard: list[MailAccount] = []

    def hear(*, account: MailAccount, **_: object) -> None:
        heard.append(account)

    mail_received.connect(hear, weak=False)
    try:
        mailbox.receive(raw=message().as_bytes(), now=now)
    finally:
        mail_received.disconnect(hear)
    assert heard == [mine]
