from __future__ import annotations

import pytest

from integrations.contracts import Verdict
from integrations.smtp_replies import REASONS, printable, refusal_of, verdict_of

ANSWERS = [
    (550, "5.1.1 The email account that you tried to reach does not exist.", Verdict.MAILBOX_UNKNOWN),
    (550, "No Such User Here", Verdict.MAILBOX_UNKNOWN),
    (550, "5.4.1 Recipient address rejected: Access denied.", Verdict.MAILBOX_UNKNOWN),
    (550, "5.7.1 <x@y.z>: Recipient address rejected: user x@y.z does not exist", Verdict.MAILBOX_UNKNOWN),
    (551, "go elsewhere", Verdict.MAILBOX_UNKNOWN),
    (450, "4.2.0 <a@b.c>: Recipient address rejected: Greylisted for 300 seconds", Verdict.GREYLISTED),
    (451, "4.7.1 Greylisting in action, please come back later", Verdict.GREYLISTED),
    (421, "4.7.28 Our system has detected an unusual rate of unsolicited mail", Verdict.THROTTLED),
    (451, "4.3.0 rate limit exceeded", Verdict.THROTTLED),
    (454, "Throttling failure: Maximum sending rate exceeded.", Verdict.THROTTLED),
    (550, "5.4.5 Daily user sending limit exceeded", Verdict.THROTTLED),
    (421, "closing transmission channel", Verdict.THROTTLED),
    (452, "4.2.2 The email account is over quota", Verdict.MAILBOX_FULL),
    (552, "5.2.2 mailbox full", Verdict.MAILBOX_FULL),
    (552, "5.3.4 Message too big for system", Verdict.TOO_LARGE),
    (552, "message size exceeds fixed maximum message size", Verdict.TOO_LARGE),
    (554, "5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org", Verdict.SENDER_REFUSED),
    (550, "5.7.1 Service unavailable, Client host [192.0.2.1] blocked by policy", Verdict.SENDER_REFUSED),
    (450, "4.1.8 <a@b.c>: Sender address rejected: Domain not found", Verdict.SENDER_REFUSED),
    (553, "5.7.1 <a@b.c>: Sender address rejected: not owned by user d@b.c", Verdict.SENDER_REFUSED),
    (554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied", Verdict.SENDER_REFUSED),
    (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", Verdict.SENDER_REFUSED),
    (550, "5.1.8 Access denied, bad outbound sender", Verdict.SENDER_REFUSED),
    (450, "4.7.1 <a@b.c>: Sender address rejected: Greylisted for 60 seconds", Verdict.GREYLISTED),
    (550, "5.1.1 <x@y.z>: Recipient address rejected: account disabled", Verdict.MAILBOX_UNKNOWN),
    (550, "Recipient address rejected: account disabled", Verdict.MAILBOX_UNKNOWN),
    (550, "5.1.1 no such user; you are not allowed to send mail to it", Verdict.MAILBOX_UNKNOWN),
    (550, "5.7.515 Access denied, sending domain doesn't meet the required authentication level", Verdict.BLOCKED),
    (550, "5.7.26 This mail is unauthenticated, DMARC", Verdict.BLOCKED),
    (554, "rejected", Verdict.BLOCKED),
    (554, "5.7.1 <a@b.c>: Relay access denied", Verdict.AUTH_FAILED),
    (530, "5.7.0 Authentication Required.", Verdict.AUTH_FAILED),
    (535, "no", Verdict.AUTH_FAILED),
    (450, "blub", Verdict.UNKNOWN),
    (599, "", Verdict.UNKNOWN),
    (-1, "", Verdict.UNKNOWN),
]


@pytest.mark.parametrize(("code", "reply", "verdict"), ANSWERS)
def test_a_refusal_of_a_server_has_a_meaning(code, reply, verdict):
    assert verdict_of(code, reply) is verdict


@pytest.mark.parametrize(("code", "transient"), [(421, True), (450, True), (500, False), (554, False), (-1, True), (354, True)])
def test_only_a_5xx_is_final(code, transient):
    assert refusal_of(code, b"x", "The server refused").transient is transient


def test_the_words_of_the_server_are_not_shown():
    refusal = refusal_of(550, b"5.1.1 secret-host-17 says <script>", "The mail server refused the message")
    assert refusal.message == "The mail server refused the message (550): the mailbox is unknown."
    assert "secret" not in f"{refusal.context}{refusal.fix}"


def test_what_is_stored_of_an_answer_is_one_short_printable_line():
    assert printable(b"2.0.0 ok\r\nqueued\x00as \xff" + b"x" * 1_000) == "2.0.0 ok  queued as \ufffd" + "x" * 279


def test_every_refusal_of_a_server_can_be_said():
    assert {verdict for _, _, verdict in ANSWERS} <= set(REASONS)
