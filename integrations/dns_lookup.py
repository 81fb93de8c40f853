"""Where the mail of a domain goes, asked of the DNS and of nobody else: no mail server is ever called to find out.

Each domain is asked for once, and the answer is kept in the shared cache. What nobody answers is unknown, and never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Literal, Protocol

import dns.exception
import dns.resolver
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from integrations.contracts import MailDomain, MailRoute
from rocketsdr.lib.addresses import is_public

SECONDS = 10.0  # for all domains of a call
SECONDS_OF_ONE = 4.0  # for one question
AT_ONCE = 16
KEPT_FOR = {True: 24 * 3600, False: 15 * 60, None: 2 * 60}  # seconds, by whether the domain takes mail

_KNOWN_TO_ALL = "com"  # what does not know this one is a name server of a closed network, and its "no such domain" means nothing
_NULL_MX = "."
_NOWHERE = frozenset({_NULL_MX, "localhost."})
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")

RecordKind = Literal["MX", "A", "AAAA", "NS"]


class NoSuchName(Exception):
    """The DNS says that there is no such domain."""


class Unanswered(Exception):
    """No answer that says anything: none in time, or the servers of the domain have failed."""


class Resolver(Protocol):
    """Asks the DNS one question."""

    def __call__(self, name: str, kind: RecordKind, *, seconds: float) -> list[str]:
        """Return the records as zone files write them, none where the name has none; raise `NoSuchName` or `Unanswered`."""


def mail_domains(domains: Iterable[str], *, resolver: Resolver | None = None, seconds: float = SECONDS) -> dict[str, MailDomain]:
    """Say for each domain (in lower-case ASCII) where its mail goes, all of them within these seconds."""
    wanted = list(dict.fromkeys(domains))
    ask = resolver or system_resolver()
    if ask is None:
        return dict.fromkeys(wanted, MailDomain(MailRoute.NOT_ASKED))
    kept = _kept(wanted)
    found = _found([domain for domain in wanted if domain not in kept], ask, seconds)
    _keep(found)
    return kept | found


def system_resolver() -> Resolver | None:
    """Return what asks the name servers of this machine; None where it has none, or the operator wants none asked."""
    if not settings.DNS_LOOKUPS:
        return None
    try:
        return partial(_ask, dns.resolver.Resolver())
    except dns.resolver.NoResolverConfiguration:
        return None


def _ask(servers: dns.resolver.Resolver, name: str, kind: RecordKind, *, seconds: float) -> list[str]:
    try:
        answer = servers.resolve(f"{name}.", kind, lifetime=seconds, raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN:
        raise NoSuchName from None
    except (dns.exception.DNSException, OSError):
        raise Unanswered from None
    return [record.to_text() for record in answer.rrset or ()]


# --- One domain --------------------------------------------------------------------------------------------------------------


def _mail_domain(domain: str, ask: Resolver, until: float) -> MailDomain:
    try:
        servers = ask(domain, "MX", seconds=_left(until))
        return _of_servers(servers) if servers else _of_host(domain, ask, until)
    except NoSuchName:
        return MailDomain(MailRoute.NO_DOMAIN)
    except Unanswered:
        return MailDomain(MailRoute.UNANSWERED)


def _left(until: float) -> float:
    """Return the seconds that the next question may take."""
    left = until - monotonic()
    if left <= 0:
        raise Unanswered
    return min(left, SECONDS_OF_ONE)


def _of_servers(records: list[str]) -> MailDomain:
    """Read MX records, "10 mx.example.com." each; the one with the lowest number comes first."""
    ranked = sorted((int(number), host.lower()) for number, _, host in (record.partition(" ") for record in records))
    hosts = [host for _, host in ranked if host not in _NOWHERE]
    if not hosts:
        return MailDomain(MailRoute.NULL_MX if ranked[0][1] == _NULL_MX else MailRoute.NO_SERVER)
    name = hosts[0].rstrip(".")
    return MailDomain(MailRoute.MX, name if _HOST.fullmatch(name) else "")


def _of_host(domain: str, ask: Resolver, until: float) -> MailDomain:
    """Look for an address of the domain itself; mail never gets from the internet to a private one."""
    kinds: tuple[RecordKind, ...] = ("A", "AAAA")
    for kind in kinds:
        if any(is_public(address) for address in ask(domain, kind, seconds=_left(until))):
            return MailDomain(MailRoute.HOST, domain)
    return MailDomain(MailRoute.NO_SERVER)


# --- Many domains ------------------------------------------------------------------------------------------------------------


def _found(domains: list[str], ask: Resolver, seconds: float) -> dict[str, MailDomain]:
    """Ask for some domains at a time; those that nobody got to in time are unanswered like those that kept silent."""
    if not domains:
        return {}
    until = monotonic() + seconds
    pool = ThreadPoolExecutor(min(AT_ONCE, len(domains) + 1), thread_name_prefix="dns")
    open_network = pool.submit(_sees_internet, ask, until)
    asked = {pool.submit(_mail_domain, domain, ask, until): domain for domain in domains}
    answered = wait(asked, timeout=seconds).done
    is_open = bool(wait([open_network], timeout=max(0.0, until - monotonic())).done) and open_network.result()
    pool.shutdown(wait=False, cancel_futures=True)
    silent = dict.fromkeys(domains, MailDomain(MailRoute.UNANSWERED))
    return silent | {domain: _believed(each.result(), is_open=is_open) for each, domain in asked.items() if each in answered}


def _sees_internet(ask: Resolver, until: float) -> bool:
    try:
        return bool(ask(_KNOWN_TO_ALL, "NS", seconds=_left(until)))
    except (NoSuchName, Unanswered):
        return False


def _believed(said: MailDomain, *, is_open: bool) -> MailDomain:
    """Return what was said; that something is missing is believed of a name server alone that sees the internet."""
    is_missing = said.route in {MailRoute.NO_DOMAIN, MailRoute.NO_SERVER}
    return MailDomain(MailRoute.NOT_ASKED) if is_missing and not is_open else said


def _kept(domains: list[str]) -> dict[str, MailDomain]:
    """Return what is known from earlier calls; nothing while Redis does not answer."""
    with suppress(RedisError):
        found = cache.get_many([_place(domain) for domain in domains])
        known = {domain: found[_place(domain)] for domain in domains if _place(domain) in found}
        return {domain: MailDomain(MailRoute(route), server) for domain, (route, server) in known.items()}
    return {}


def _keep(found: dict[str, MailDomain]) -> None:
    with suppress(RedisError):
        for takes_mail, seconds in KEPT_FOR.items():
            fresh = {_place(domain): (said.route.value, said.server) for domain, said in found.items() if said.takes_mail is takes_mail}
            if fresh:
                cache.set_many(fresh, seconds)


def _place(domain: str) -> str:
    return f"mail-domain:{domain}"
