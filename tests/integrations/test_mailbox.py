"""Incoming mail: read without trusting it, told to the mailbox that it came to."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from integrations import mailbox
from integrations.contracts import InboundMail, MailEvent
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


HEADERS_ONLY = BOUNCE.replace(b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers")


@pytest.mark.parametrize("raw", [HEADERS_ONLY, HEADERS_ONLY.replace(b"<m1@", b"\r\n <m1@")])
def test_a_bounce_that_returns_the_headers_alone_names_the_message_too(raw, now):
    mail = mailbox.read(raw, now=now)
    assert (mail.event, mail.in_reply_to) == (MailEvent.BOUNCED, "<m1@acme.example>")


@pytest.mark.parametrize(
    ("good", "broken"),
    [
        (b"Message-ID: <m1@acme.example>\r\n", b""),
        (b"Message-ID: <m1@acme.example>", b"Message-ID: \xff\xfe\x00"),
        (b"rfc822-headers", b"rfc822-headers; charset=no-such"),
        (b"rfc822-headers", b"rfc822-headers; charset=idna"),
        (b"rfc822-headers", b'rfc822-headers; charset="a\x00b"'),
        (b"rfc822-headers", b"rfc822-headers\r\nContent-Transfer-Encoding: base64"),
    ],
)
def test_broken_headers_in_a_bounce_never_crash(good, broken, now):
    assert mailbox.read(HEADERS_ONLY.replace(good, broken), now=now).message_id == "<b1@mx.example>"


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


@pytest.fixture
def heard() -> Iterator[list[tuple[MailAccount, str]]]:
    """Who has heard of a message, and to whom it said it was."""
    said: list[tuple[MailAccount, str]] = []

    def hear(*, account: MailAccount, mail: InboundMail, **_: object) -> None:
        said.append((account, mail.to_address))

    mail_received.connect(hear, weak=False)
    yield said
    mail_received.disconnect(hear)


def test_every_mailbox_that_it_is_addressed_to_hears_of_it(workspace, stranger, heard, now):
    mine = factories.MailAccountFactory.create(workspace=workspace, address="grace@acme.example")
    mailbox.receive(raw=message().as_bytes(), now=now)
    assert heard == [(mine, "grace@acme.example")]


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "Bob <bob@customer.example>, GRACE@acme.example"},
        {"To": "bob@customer.example", "Cc": "Grace <grace@acme.example>"},
        {"To": "list@customer.example", "Delivered-To": "grace@acme.example"},
        {"To": "grace@acme.example", "Cc": "grace@acme.example"},
        {"To": "grace@acme.example", "Cc": "<<broken@, (x"},
    ],
)
def test_a_mailbox_hears_of_it_once_wherever_its_address_stands(headers, workspace, heard, now):
    mine = factories.MailAccountFactory.create(workspace=workspace, address="Grace@Acme.example")
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"From: ada@customer.example\r\n\r\nYes"
    mail = mailbox.receive(raw=raw, now=now)
    assert heard == [(mine, "Grace@Acme.example")]
    assert mail.to_address == mailbox.read(raw, now=now).to_address == headers["To"].split(", ")[0].split("<")[-1].rstrip(">")


def test_two_mailboxes_of_one_message_each_hear_of_it_as_theirs(workspace, heard, now):
    for name in ("grace", "alan"):
        factories.MailAccountFactory.create(workspace=workspace, address=f"{name}@acme.example")
    mailbox.receive(raw=message(To="grace@acme.example, alan@acme.example").as_bytes(), now=now)
    assert sorted(to for _, to in heard) == ["alan@acme.example", "grace@acme.example"]
