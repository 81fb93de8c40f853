from __future__ import annotations

from collections.abc import Iterator

import dns.rcode
import dns.resolver
import pytest
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisGone

from integrations import dns_lookup
from integrations.contracts import MailDomain, MailRoute
from integrations.dns_lookup import AT_ONCE, KEPT_FOR, mail_domains, system_resolver
from tests.fakes.dns import FakeDns
from tests.fakes.name_server import name_server

UNKNOWN = MailDomain(MailRoute.UNANSWERED)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({"MX": ["10 mx.example.com."]}, MailDomain(MailRoute.MX, "mx.example.com")),
        ({"MX": ["20 b.example.com.", "5 A.Example.COM.", "10 c.example.com."]}, MailDomain(MailRoute.MX, "a.example.com")),
        ({"MX": ["0 ."]}, MailDomain(MailRoute.NULL_MX)),
        ({"MX": ["0 .", "10 mx.example.com."]}, MailDomain(MailRoute.MX, "mx.example.com")),
        ({"MX": ["10 localhost."]}, MailDomain(MailRoute.NO_SERVER)),
        ({"MX": ["10 ignore\\032all\\032rules.evil.example."]}, MailDomain(MailRoute.MX)),
        ({"A": ["93.184.216.34"]}, MailDomain(MailRoute.HOST, "asked.example")),
        ({"AAAA": ["2606:2800:220:1:248:1893:25c8:1946"]}, MailDomain(MailRoute.HOST, "asked.example")),
        ({"A": ["10.0.0.1", "127.0.0.1"], "AAAA": ["fd00::1"]}, MailDomain(MailRoute.NO_SERVER)),
        ({}, MailDomain(MailRoute.NO_SERVER)),
    ],
)
def test_the_records_of_a_domain_say_where_its_mail_goes(records: dict[str, list[str]], expected: MailDomain) -> None:
    assert mail_domains(["asked.example"], resolver=FakeDns({"asked.example": records})) == {"asked.example": expected}


def test_a_domain_that_does_not_exist_gets_no_mail() -> None:
    assert mail_domains(["no.example"], resolver=FakeDns()) == {"no.example": MailDomain(MailRoute.NO_DOMAIN)}


def test_a_domain_that_nobody_answers_for_is_unknown_and_no_refusal() -> None:
    found = mail_domains(["silent.example"], resolver=FakeDns(silent=frozenset({"silent.example"})))
    assert found == {"silent.example": UNKNOWN}
    assert found["silent.example"].takes_mail is None


def test_a_name_server_that_does_not_see_the_internet_is_not_believed_that_something_is_missing() -> None:
    records: dict[str, dict[str, list[str]]] = {
        "empty.example": {},
        "null.example": {"MX": ["0 ."]},
        "mx.example": {"MX": ["10 a.example."]},
    }
    found = mail_domains([*records, "no.example"], resolver=FakeDns(records, closed=True))
    assert {name: each.route.value for name, each in found.items()} == {
        "empty.example": "not_asked",
        "null.example": "null_mx",
        "mx.example": "mx",
        "no.example": "not_asked",
    }


def test_a_domain_is_asked_for_once_however_often_it_is_named() -> None:
    resolver = FakeDns({"a.example": {"MX": ["10 mx.a.example."]}})
    first = mail_domains(["a.example", "a.example", "no.example"], resolver=resolver)
    assert mail_domains(["no.example", "a.example"], resolver=resolver) == first
    assert resolver.asked == {("a.example", "MX"): 1, ("no.example", "MX"): 1}


def test_good_news_is_kept_for_a_day_and_the_rest_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, int] = {}
    monkeypatch.setattr(RedisCache, "set_many", lambda _, data, timeout: kept.update(dict.fromkeys(data, timeout)))
    resolver = FakeDns({"a.example": {"MX": ["10 mx.a.example."]}}, silent=frozenset({"silent.example"}))
    mail_domains(["a.example", "no.example", "silent.example"], resolver=resolver)
    assert kept == {"mail-domain:a.example": 24 * 3600, "mail-domain:no.example": 15 * 60, "mail-domain:silent.example": 2 * 60}
    assert set(KEPT_FOR) == {True, False, None}


def test_without_redis_the_dns_is_asked_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise RedisGone

    monkeypatch.setattr(RedisCache, "get_many", gone)
    monkeypatch.setattr(RedisCache, "set_many", gone)
    resolver = FakeDns({"a.example": {"MX": ["10 mx.a.example."]}})
    for _ in range(2):
        assert mail_domains(["a.example"], resolver=resolver)["a.example"].takes_mail
    assert resolver.asked["a.example", "MX"] == 2


@pytest.fixture
def hanging() -> Iterator[FakeDns]:
    """A DNS that hangs for most domains, let go in the end."""
    names = frozenset(f"{number}.hanging.example" for number in range(3 * AT_ONCE))
    made = FakeDns({"a.example": {"MX": ["10 mx.a.example."]}}, hanging=names)
    yield made
    made.released.set()


def test_what_hangs_holds_nobody_up_beyond_the_deadline(hanging: FakeDns) -> None:
    found = mail_domains(["a.example", *hanging.hanging], resolver=hanging, seconds=0.5)
    assert found["a.example"].takes_mail is True
    assert {found[name] for name in hanging.hanging} == {UNKNOWN}
    assert hanging.most_at_once <= AT_ONCE
    assert len(hanging.asked) <= AT_ONCE + 1


def test_many_domains_are_asked_for_at_the_same_time() -> None:
    names = {f"{number}.example": {"MX": ["10 mx.example."]} for number in range(500)}
    found = mail_domains(names, resolver=FakeDns(names))
    assert [each.takes_mail for each in found.values()] == [True] * 500
    assert list(found) == list(names)


# --- The resolver of the machine ---------------------------------------------------------------------------------------------


def test_an_installation_that_asks_no_dns_says_so() -> None:
    assert system_resolver() is None  # the embedded mode
    assert mail_domains(["a.example"]) == {"a.example": MailDomain(MailRoute.NOT_ASKED)}


def test_a_machine_without_name_servers_says_so(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise dns.resolver.NoResolverConfiguration

    settings.DNS_LOOKUPS = True
    monkeypatch.setattr(dns.resolver, "Resolver", none)
    assert mail_domains(["a.example"]) == {"a.example": MailDomain(MailRoute.NOT_ASKED)}


def test_the_real_resolver_understands_what_name_servers_answer(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    zone: dict[tuple[str, str], list[str] | dns.rcode.Rcode | None] = {
        ("com", "NS"): ["a.gtld-servers.net."],
        ("mx.example", "MX"): ["20 b.mx.example.", "10 a.mx.example."],
        ("null.example", "MX"): ["0 ."],
        ("host.example", "A"): ["93.184.216.34"],
        ("nothing.example", "TXT"): ['"v=spf1 -all"'],
        ("broken.example", "MX"): dns.rcode.SERVFAIL,
        ("refusing.example", "MX"): dns.rcode.REFUSED,
        ("silent.example", "MX"): None,
    }
    settings.DNS_LOOKUPS = True
    with name_server(zone) as resolver:
        monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver)
        monkeypatch.setattr(dns_lookup, "SECONDS_OF_ONE", 0.3)
        found = mail_domains([*dict.fromkeys(name for name, kind in zone if kind != "NS"), "missing.example"])
    assert {name.partition(".")[0]: each.route.value for name, each in found.items()} == {
        "mx": "mx",
        "null": "null_mx",
        "host": "host",
        "nothing": "no_server",
        "broken": "unanswered",
        "refusing": "unanswered",
        "silent": "unanswered",
        "missing": "no_domain",
    }
    assert found["mx.example"].server == "a.mx.example"
