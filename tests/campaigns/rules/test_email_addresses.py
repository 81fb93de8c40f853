from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.rules import email_addresses
from campaigns.rules.email_addresses import MAX_LENGTH, Address, Refused, check, normalise
from tests.campaigns.rules.made_up_addresses import made_up

OPTIONS: dict[str, Any] = {"check_deliverability": False, "allow_smtputf8": False, "strict": True}


@pytest.mark.parametrize(
    ("raw", "address", "key"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        ("Ada.Lovelace@Example.COM", "Ada.Lovelace@example.com", "ada.lovelace@example.com"),
        ("ada@mail.team.example.org", "ada@mail.team.example.org", "ada@mail.team.example.org"),
        ("ada@engine.example", "ada@engine.example", "ada@engine.example"),
        ("o'neil+news@example.com", "o'neil+news@example.com", "o'neil+news@example.com"),
        ("  ada@example.com\t", "ada@example.com", "ada@example.com"),
        ("\u200bada@example.com\ufeff", "ada@example.com", "ada@example.com"),
        ("ada@example.com.", "ada@example.com", "ada@example.com"),
        ("ada@example.com;", "ada@example.com", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com", "ada@example.com"),
        ("'ada@example.com'", "ada@example.com", "ada@example.com"),
        ("“ada@example.com”", "ada@example.com", "ada@example.com"),
        ("Ada Lovelace <ada@example.com>", "ada@example.com", "ada@example.com"),
        ('"Lovelace, Ada" <ada@example.com>', "ada@example.com", "ada@example.com"),
        ("Ada @ Work <ada@example.com>", "ada@example.com", "ada@example.com"),
        ("ada@example.com <ada@example.com>", "ada@example.com", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com", "ada@example.com"),
        ("MAILTO:ada@example.com?subject=Hello", "ada@example.com", "ada@example.com"),
        ("ada@example.com, ADA@example.com", "ada@example.com", "ada@example.com"),
        ("ada@müller.example", "ada@xn--mller-kva.example", "ada@xn--mller-kva.example"),
        ("ada@XN--mller-kva.example", "ada@xn--mller-kva.example", "ada@xn--mller-kva.example"),
        ("ada@例え.example", "ada@xn--r8jz45g.example", "ada@xn--r8jz45g.example"),
    ],
)
def test_the_address_that_was_meant_is_found(raw: str, address: str, key: str) -> None:
    assert normalise(raw) == Address(address, key)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "no_email"),
        (" \u200b ", "no_email"),
        ("ada", "invalid_email"),
        ("ada@", "invalid_email"),
        ("@example.com", "invalid_email"),
        ("ada@localhost", "reserved_domain"),
        ("ada@example", "invalid_email"),
        ("ada@@example.com", "invalid_email"),
        ("ada..l@example.com", "invalid_email"),
        (".ada@example.com", "invalid_email"),
        ("ada lovelace@example.com", "invalid_email"),
        ("ada@exam_ple.com", "invalid_email"),
        ("ada@-example.com", "invalid_email"),
        ("ada@example.123", "invalid_email"),
        ("ada@ab--cd.com", "invalid_email"),
        ("ada@[192.0.2.1]", "invalid_email"),
        ('"ada lovelace"@example.com', "invalid_email"),
        ("ada(at)example.com", "invalid_email"),
        ("ada@example.com or ask Bob", "invalid_email"),
        ("ada@intranet.local", "reserved_domain"),
        ("ada@engine.test", "reserved_domain"),
        ("ada@engine.INVALID", "reserved_domain"),
        ("jürgen@example.com", "non_ascii_local_part"),
        ("\ud800@example.com", "non_ascii_local_part"),
        ("ada@example.com; bob@example.com", "several_addresses"),
        ("ada@example.com bob@example.com", "several_addresses"),
        ("ada@example.com/bob@example.com", "several_addresses"),
        ("ada@example.com\nbob@example.com", "several_addresses"),
        ("bob@example.org <ada@example.com>", "several_addresses"),
        ("a" * 65 + "@example.com", "invalid_email"),
        ("a" * 300 + "@example.com", "email_too_long"),
    ],
)
def test_what_is_no_single_address_is_refused_with_a_reason(raw: str, code: str) -> None:
    verdict = normalise(raw)
    assert isinstance(verdict, Refused)
    assert verdict.code == code
    assert verdict.reason.endswith((".", "?"))
    assert len(verdict.reason) <= 500
    verdict.reason.encode()


def test_test_domains_are_taken_only_where_they_are_allowed() -> None:
    assert normalise("ada@engine.test", allow_test_domains=True) == Address("ada@engine.test", "ada@engine.test")
    assert isinstance(normalise("ada@engine.test"), Refused)


def test_checking_unwraps_nothing() -> None:
    assert isinstance(check(" ada@example.com"), Refused)
    assert isinstance(check("<ada@example.com>"), Refused)


@pytest.mark.parametrize("local", [63, 64, 65])
@pytest.mark.parametrize("labels", [(62,), (63,), (64,), (63, 63), (63, 63, 55), (63, 63, 57), (63, 63, 60)])
def test_lengths_are_judged_as_by_the_library(local: int, labels: tuple[int, ...]) -> None:
    assert_same_verdict("a" * local + "@" + ".".join("b" * length for length in labels) + ".com")


def test_the_verdict_on_generated_addresses_is_that_of_the_library() -> None:
    draw = random.Random(1815)
    verdicts = [assert_same_verdict(spoilt(draw)) for _ in range(5_000)]
    assert 1_000 < sum(verdicts) < 4_000


@pytest.mark.slow
def test_not_one_of_a_hundred_thousand_addresses_gets_another_verdict_than_the_library_s(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setattr(email_addresses, "validate_email", library)  # what the check has asked it need not be asked again
    verdicts = Counter(assert_same_verdict(address, library) for address in made_up(seed=1971, number=100_000))
    assert min(verdicts.values()) > 10_000
    assert library.asked_by_check < 50_000  # the rest is what the pattern alone has said yes to


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.emails(), st.text(max_size=40), st.from_regex(r"[!-~é]{1,9}@[-.a-z0-9_éß]{1,15}", fullmatch=True)))
@example("a@b.c\n")
@example("a@b.c.")
@example("a@\u212a.com")
@example("a@xn--a.com")
@example("<@\u0338a.com")
def test_the_verdict_on_anything_is_that_of_the_library(address: str) -> None:
    assert_same_verdict(address)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=300) | st.text("a@.<>,; '\"\nmailto:?é", max_size=60))
def test_any_text_gets_a_verdict_that_can_be_stored(raw: str) -> None:
    verdict = normalise(raw)
    if isinstance(verdict, Address):
        assert isinstance(check(verdict.address), Address)
        assert verdict.key == verdict.address.lower()
        assert len(verdict.address) <= MAX_LENGTH
        assert verdict.address.isascii()
    else:
        verdict.reason.encode()


class Library:
    """The library, which is slow: what it has said last is kept."""

    def __init__(self) -> None:
        self.asked_by_check = 0
        self._last: tuple[str, ValidatedEmail | EmailNotValidError] | None = None

    def __call__(self, address: str, **options: bool) -> ValidatedEmail:
        """Answer the check, which has to ask as strictly as the tests do."""
        assert options == {**OPTIONS, "test_environment": False}
        self.asked_by_check += 1
        try:
            found = validate_email(address, **OPTIONS)
        except EmailNotValidError as error:
            self._last = address, error
            raise
        self._last = address, found
        return found

    def verdict(self, address: str) -> ValidatedEmail | EmailNotValidError:
        """Return what it says of an address."""
        if self._last is not None and self._last[0] == address:
            return self._last[1]
        try:
            return validate_email(address, **OPTIONS)
        except EmailNotValidError as error:
            return error


def assert_same_verdict(address: str, library: Library | None = None) -> bool:
    ours, theirs = check(address), (library or Library()).verdict(address)
    if isinstance(theirs, EmailNotValidError):
        assert isinstance(ours, Refused), address
        return False
    assert isinstance(ours, Address), address
    assert theirs.ascii_email is not None
    # The library writes role names such as info@ in lower case; we keep what was given.
    assert ours.key == theirs.ascii_email.lower()
    assert ours.address.rpartition("@")[2] == theirs.ascii_domain
    return True


def spoilt(draw: random.Random) -> str:
    """An address like those of real lists, with up to three letters put in, left out or exchanged."""
    locals_ = ("ada", "ada.lovelace", "Ada-L", "a", "info", "ada+list", "x_y", "o'neil", "jürgen", '"a b"', "a" * 64)
    domains = (
        "example.com",
        "mail.example.org",
        "Engine.Example",
        "müller.de",
        "xn--mller-kva.de",
        "a-b.co.uk",
        "example.museum",
        "x.test",
        "y.local",
        "straße.at",
        "例え.jp",
        "[192.0.2.1]",
        "b" * 63 + ".com",
    )
    letters = list(f"{draw.choice(locals_)}@{draw.choice(domains)}")
    for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
        at = draw.randrange(len(letters) + 1)
        letters[at : at + draw.randrange(2)] = draw.choice(["", *"@.-_ ,;<>()[]\\\"'0aZé\n\t\x00\u200bß\u3002\uff20"])
    return "".join(letters)
