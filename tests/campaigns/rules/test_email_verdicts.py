from __future__ import annotations

import pytest

from campaigns.rules.email_addresses import normalise
from campaigns.rules.email_verdicts import VerifiedEmail, judge
from integrations.contracts import MailDomain, MailRoute

MX = MailDomain(MailRoute.MX, "mx.example.com")
NOT_ASKED = MailDomain(MailRoute.NOT_ASKED)


def judged(email: str, mail: MailDomain = MX) -> VerifiedEmail:
    return judge(email, normalise(email), mail)


@pytest.mark.parametrize(
    ("email", "mail", "verdict", "reason"),
    [
        ("ada@example.com", MX, "deliverable", "Mail goes to mx.example.com."),
        ("ada@example.com", MailDomain(MailRoute.MX), "deliverable", "example.com has a mail server."),
        (
            "ada@example.com",
            MailDomain(MailRoute.HOST, "example.com"),
            "deliverable",
            "example.com names no mail server, so mail goes to its own address (implicit MX).",
        ),
        ("ada@gmail.com", MX, "deliverable", "Free mail (Google), not a company's domain. Mail goes to mx.example.com."),
        ("info@example.com", MX, "risky", "A role account (information), not one person's. Mail goes to mx.example.com."),
        ("ada@mailinator.com", MX, "risky", "mailinator.com gives out throw-away addresses. Mail goes to mx.example.com."),
        ("info@example.com", NOT_ASKED, "risky", "A role account (information), not one person's. Not checked (no DNS)."),
        ("ada@example.com", NOT_ASKED, "unknown", "Not checked (no DNS)."),
        (
            "ada@example.com",
            MailDomain(MailRoute.UNANSWERED),
            "unknown",
            "The DNS of example.com did not answer; ask again in some minutes.",
        ),
        ("ada@example.com", MailDomain(MailRoute.NULL_MX), "undeliverable", "example.com says that it takes no mail (null MX)."),
        ("info@example.com", MailDomain(MailRoute.NO_SERVER), "undeliverable", "example.com has no mail server."),
        ("ada@example.com", MailDomain(MailRoute.NO_DOMAIN), "undeliverable", "The domain example.com does not exist."),
        ("ada", NOT_ASKED, "undeliverable", "“ada” is not an e-mail address: it has no @."),
    ],
)
def test_the_worst_that_is_known_decides_and_says_why(email: str, mail: MailDomain, verdict: str, reason: str) -> None:
    found = judged(email, mail)
    assert (found.email, found.verdict, found.reason) == (email, verdict, reason)


def test_every_check_has_an_answer_and_a_reason() -> None:
    checks = judged("Info@Mailinator.com").checks
    values = {name: getattr(checks, name).value for name in checks.__slots__}
    assert values == {"syntax": True, "mx": True, "role": True, "disposable": True, "free": False}
    assert all(getattr(checks, name).reason.endswith(".") for name in checks.__slots__)


def test_of_what_is_no_address_nothing_else_is_known() -> None:
    checks = judged("nobody at example.com", NOT_ASKED).checks
    assert checks.syntax.value is False
    assert {getattr(checks, name).value for name in ("mx", "role", "disposable", "free")} == {None}


def test_an_address_in_other_words_is_shown_as_it_was_read() -> None:
    found = judged("Ada Lovelace <ada@müller.example>")
    assert found.email == "Ada Lovelace <ada@müller.example>"
    assert found.checks.syntax.reason == "Read as ada@xn--mller-kva.example."


@pytest.mark.parametrize("route", MailRoute)
def test_every_route_has_words_of_its_own(route: MailRoute) -> None:
    reason = judged("ada@example.com", MailDomain(route)).checks.mx.reason
    assert reason.endswith(".")
    assert "{" not in reason
