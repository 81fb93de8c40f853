from __future__ import annotations

from importlib.resources import files

import pytest

from campaigns.rules.email_addresses import Address, check
from campaigns.rules.email_kinds import disposable_domain_of, free_provider_of, role_of

TABLES = {"role_accounts": 500, "free_mail": 150, "disposable": 150}


@pytest.mark.parametrize(
    ("local", "role"),
    [
        ("info", "information"),
        ("INFO", "information"),
        ("info+news", "information"),
        ("info.de", "information"),
        ("info2", "information"),
        ("sales", "sales"),
        ("sales-uk", "sales"),
        ("sales.team", "sales"),
        ("noreply", "messages by machines"),
        ("no-reply", "messages by machines"),
        ("No_Reply", "messages by machines"),
        ("do.not.reply", "messages by machines"),
        ("postmaster", "technical matters"),
        ("support", "support"),
        ("kundenservice", "support"),
        ("service-client", "support"),
        ("atencion.al.cliente", "support"),
        ("obsluga-klienta", "support"),
        ("bewerbung", "personnel"),
        ("rrhh", "personnel"),
        ("lavora-con-noi", "personnel"),
        ("buchhaltung", "accounting"),
        ("comptabilite", "accounting"),
        ("ksiegowosc", "accounting"),
        ("contabilita", "accounting"),
        ("vertrieb", "sales"),
        ("ventas", "sales"),
        ("vendite", "sales"),
        ("verkoop", "sales"),
        ("myynti", "sales"),
        ("forsaljning", "sales"),
        ("sekretariat", "office"),
        ("biuro", "office"),
        ("redaktion", "press"),
        ("datenschutz", "legal matters"),
    ],
)
def test_a_mailbox_of_several_people_is_known_by_what_it_is_for(local: str, role: str) -> None:
    assert role_of(local) == role


@pytest.mark.parametrize(
    "local",
    [
        "ada",
        "ada.lovelace",
        "a.lovelace",
        "salesman",
        "sales.ada",
        "infomar",
        "support-lovelace",
        "informer",
        "marc",
        "o'neil",
        "1234",
        "-",
        "+",
    ],
)
def test_a_persons_own_address_is_no_role(local: str) -> None:
    assert role_of(local) == ""


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "Google"),
        ("googlemail.com", "Google"),
        ("outlook.com", "Microsoft"),
        ("outlook.de", "Microsoft"),
        ("hotmail.co.uk", "Microsoft"),
        ("yahoo.com", "Yahoo"),
        ("yahoo.co.jp", "Yahoo"),
        ("yahoo.com.br", "Yahoo"),
        ("gmx.net", "GMX"),
        ("gmx.at", "GMX"),
        ("web.de", "Web.de"),
        ("orange.fr", "Orange"),
        ("wp.pl", "WP"),
        ("libero.it", "Libero"),
        ("yandex.ru", "Yandex"),
    ],
)
def test_a_free_mail_provider_is_named(domain: str, provider: str) -> None:
    assert free_provider_of(domain) == provider


@pytest.mark.parametrize(
    "domain", ["example.com", "mail.gmail.com", "yahoo.engineering", "yahoo.evil.example", "notgmail.com", "live.io", "gmx", ""]
)
def test_other_domains_belong_to_no_provider(domain: str) -> None:
    assert free_provider_of(domain) == ""


def test_a_throw_away_domain_covers_what_lies_below_it() -> None:
    assert disposable_domain_of("mailinator.com") == "mailinator.com"
    assert disposable_domain_of("any.thing.mailinator.com") == "mailinator.com"
    assert disposable_domain_of("guerrillamail.com") == "guerrillamail.com"
    for domain in ("notmailinator.org", "mailinator.com.example", "example.com", "com", ""):
        assert disposable_domain_of(domain) == ""


@pytest.mark.parametrize(("name", "least"), TABLES.items())
def test_a_table_is_long_and_says_nothing_twice(name: str, least: int) -> None:
    words = _words(name)
    assert len(words) >= least
    assert len(words) == len(set(words))
    assert all(word == word.lower().strip() and " " not in word for word in words)


@pytest.mark.parametrize("name", ["free_mail", "disposable"])
def test_a_table_holds_domains_that_mail_can_be_sent_to(name: str) -> None:
    for domain in _words(name):
        assert isinstance(check(f"ada@{domain.replace('.*', '.com')}"), Address), domain


def test_no_domain_is_free_mail_and_to_be_thrown_away() -> None:
    assert not [domain for domain in _words("disposable") if free_provider_of(domain)]
    assert not [domain for domain in _words("free_mail") if disposable_domain_of(domain)]


def test_every_word_of_the_table_is_found() -> None:
    assert not [word for word in _words("role_accounts") if not role_of(word)]


def _words(name: str) -> list[str]:
    text = files("campaigns.rules.email_kinds").joinpath("words", f"{name}.tsv").read_text(encoding="utf-8")
    return [line.partition("\t")[0] for line in text.splitlines() if not line.startswith("#")]
