"""Whether e-mail addresses can be written to, as far as that is known without writing: by their form, their kind and the DNS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.rules.email_addresses import Address, normalise
from campaigns.rules.email_verdicts import EmailVerdict, VerifiedEmail, judge
from campaigns.rules.given_pages import span_of
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
    span = span_of(emails, field="emails", limit=limit, cursor=cursor)
    read = [normalise(each) for each in emails]
    domains = [each.key.rpartition("@")[2] if isinstance(each, Address) else "" for each in read]
    mail = dns_lookup.mail_domains(filter(None, domains), resolver=resolver)
    judged = [judge(given, each, mail.get(domain, _NOWHERE)) for given, each, domain in zip(emails, read, domains, strict=True)]
    counted = Counter(each.verdict for each in judged)
    return Verification(
        judged[span.start : span.end], len(judged), span.next_cursor, {verdict: counted[verdict] for verdict in EmailVerdict}
    )
