"""Whether e-mail addresses can be written to, as far as that is known without writing: by their form, their kind and the DNS."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.rules.email_addresses import Address, normalise
from campaigns.rules.email_verdicts import EmailVerdict, VerifiedEmail, judge
from integrations import dns_lookup
from integrations.contracts import MailDomain, MailRoute
from integrations.dns_lookup import Resolver
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid

MOST = 500  # addresses of one call
LIMIT = 40  # results on a page: about as many as an answer has room for
_NOWHERE = MailDomain(MailRoute.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Verification:
    """A page of the addresses in the order in which they were given, and of all of them how many got which verdict."""

    results: list[VerifiedEmail]
    total: int
    next_cursor: str | None
    counts: dict[EmailVerdict, int]


def verify(
    *, actor: Actor, emails: Sequence[str], limit: int = LIMIT, cursor: str | None = None, resolver: Resolver | None = None
) -> Verification:
    """Judge each address: nothing is stored but what the DNS said of its domain, and no mail server is called."""
    actor.require("leads:read")
    if not 1 <= len(emails) <= MOST:
        raise Invalid(f"emails holds {len(emails)} addresses; it may be 1 to {MOST}.", field="emails", fix=f"Send 1 to {MOST} at a time.")
    start = _start(emails, cursor)
    read = [normalise(each) for each in emails]
    domains = [each.key.rpartition("@")[2] if isinstance(each, Address) else "" for each in read]
    mail = dns_lookup.mail_domains(filter(None, domains), resolver=resolver)
    judged = [judge(given, each, mail.get(domain, _NOWHERE)) for given, each, domain in zip(emails, read, domains, strict=True)]
    counted = Counter(each.verdict for each in judged)
    end = start + limit
    next_cursor = f"{_mark(emails)}.{end}" if end < len(judged) else None
    return Verification(judged[start:end], len(judged), next_cursor, {verdict: counted[verdict] for verdict in EmailVerdict})


def _start(emails: Sequence[str], cursor: str | None) -> int:
    """Return the place of the first address of the page; a cursor fits the list alone that it was given for."""
    if not cursor:
        return 0
    mark, _, place = cursor.partition(".")
    if mark != _mark(emails) or not (place.isdecimal() and len(place) <= len(str(MOST)) and int(place) < len(emails)):
        raise Invalid(
            f"The cursor {cursor[:40]!r} is none of these addresses.",
            field="cursor",
            fix="Send the same emails as in the call that returned it, or leave the cursor out for the first page.",
        )
    return int(place)


def _mark(emails: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(emails).encode("utf-8", "replace")).hexdigest()[:12]
