"""What can be said of an e-mail address without writing to it, each finding with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from campaigns.rules.email_addresses import Address, Refused
from campaigns.rules.email_kinds import disposable_domain_of, free_provider_of, role_of
from integrations.contracts import MailDomain, MailRoute


class EmailVerdict(StrEnum):
    """What to make of an address: the worst that is known of it counts."""

    DELIVERABLE = "deliverable"
    RISKY = "risky"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about an address: yes, no, or None where nobody knows; and why."""

    value: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Checks:
    """Whether it is an address, its domain takes mail, several people read it, it is made to be thrown away, anybody gets one there."""

    syntax: Check
    mx: Check
    role: Check
    disposable: Check
    free: Check


@dataclass(frozen=True, slots=True)
class VerifiedEmail:
    """An address as it was given, what to make of it, and why."""

    email: str
    verdict: EmailVerdict
    reason: str
    checks: Checks


_NO_ADDRESS = Check(None, "Not checked: this is no address.")
_MX = {
    MailRoute.HOST: "{domain} names no mail server, so mail goes to its own address (implicit MX).",
    MailRoute.NULL_MX: "{domain} says that it takes no mail (null MX).",
    MailRoute.NO_SERVER: "{domain} has no mail server.",
    MailRoute.NO_DOMAIN: "The domain {domain} does not exist.",
    MailRoute.UNANSWERED: "The DNS of {domain} did not answer; ask again in some minutes.",
    MailRoute.NOT_ASKED: "Not checked (no DNS).",
}


def judge(given: str, read: Address | Refused, mail: MailDomain) -> VerifiedEmail:
    """Say what to make of an address, as it was given and as it was read, and of what the DNS says of its domain."""
    if isinstance(read, Refused):
        checks = Checks(Check(value=False, reason=read.reason), _NO_ADDRESS, _NO_ADDRESS, _NO_ADDRESS, _NO_ADDRESS)
        return VerifiedEmail(given, EmailVerdict.UNDELIVERABLE, read.reason, checks)
    local, _, domain = read.key.rpartition("@")
    checks = Checks(_syntax(given, read), _mx(domain, mail), _role(local), _disposable(domain), _free(domain))
    verdict = _verdict(checks)
    return VerifiedEmail(given, verdict, _reason(verdict, checks), checks)


def _verdict(checks: Checks) -> EmailVerdict:
    if checks.mx.value is False:
        return EmailVerdict.UNDELIVERABLE
    if checks.role.value or checks.disposable.value:
        return EmailVerdict.RISKY
    return EmailVerdict.UNKNOWN if checks.mx.value is None else EmailVerdict.DELIVERABLE


def _reason(verdict: EmailVerdict, checks: Checks) -> str:
    """Return what has led to the verdict, and what else whoever writes to the address should know."""
    if verdict is EmailVerdict.UNDELIVERABLE:
        return checks.mx.reason
    told = [each.reason for each in (checks.disposable, checks.role, checks.free) if each.value]
    return " ".join([*told, checks.mx.reason])


def _syntax(given: str, read: Address) -> Check:
    return Check(value=True, reason="Well formed." if given == read.address else f"Read as {read.address}.")


def _mx(domain: str, mail: MailDomain) -> Check:
    if mail.route is MailRoute.MX:
        return Check(value=True, reason=f"Mail goes to {mail.server}." if mail.server else f"{domain} has a mail server.")
    return Check(mail.takes_mail, _MX[mail.route].format(domain=domain))


def _role(local: str) -> Check:
    if role := role_of(local):
        return Check(value=True, reason=f"A role account ({role}), not one person's.")
    return Check(value=False, reason="No known role account.")


def _disposable(domain: str) -> Check:
    if found := disposable_domain_of(domain):
        return Check(value=True, reason=f"{found} gives out throw-away addresses.")
    return Check(value=False, reason="No known throw-away domain.")


def _free(domain: str) -> Check:
    if provider := free_provider_of(domain):
        return Check(value=True, reason=f"Free mail ({provider}), not a company's domain.")
    return Check(value=False, reason="No known free-mail domain.")
