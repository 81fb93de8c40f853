"""Lead data of a workspace's own accounts at vendors: connect one, say what a search costs, search, and reveal addresses.

Credits are taken from the month's budget before a vendor is asked, in a transaction of their own, and what was not used is given back
when it has answered. Where nobody knows whether it has charged (it was asked, and its answer did not come or made no sense), they stay
taken. So what costs credits is called outside of a transaction: one that was rolled back would forget what the vendor has charged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from integrations.lead_contracts import (
    MOST_ON_A_PAGE,
    AnswerNotUnderstood,
    Cost,
    EmailStatus,
    FoundPerson,
    LeadQuery,
    LeadSource,
    PeoplePage,
    RevealingSource,
    Seniority,
)
from integrations.models import DataAccount, DataCacheEntry, DataSpend
from integrations.providers import apollo, people_data_labs
from integrations.vendor_replies import SETTINGS
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import http
from rocketsdr.lib.errors import Conflict, DomainError, Invalid, LimitReached, NotFound

SOURCES: dict[str, LeadSource] = {source.slug: source for source in (apollo.SOURCE, people_data_labs.SOURCE)}
KEY_LENGTHS = range(8, 201)
HIGHEST_BUDGET = 1_000_000  # credits a month
FORM = 1  # of what is kept; a new one leaves older answers alone until they expire

_Ask = Callable[[], PeoplePage]


class NotConnected(Conflict):
    code = "lead_data_not_connected"


class CostsMore(LimitReached):
    """What was asked for costs more than the caller said they would pay."""

    code = "costs_more_than_allowed"


class BudgetReached(LimitReached):
    code = "data_budget_reached"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found, and whether it was known already: such an answer costs nothing."""

    page: PeoplePage
    fetched_at: datetime
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What finding people costs at most, what their addresses cost on top, and how many credits of the month are left."""

    search: Cost
    reveal: Cost | None
    left: int


@dataclass(frozen=True, slots=True)
class SourceState:
    """A vendor as the settings show it."""

    source: LeadSource
    account: DataAccount | None
    used: int

    @property
    def left(self) -> int:
        """The credits that may still be used this month."""
        return max(0, self.account.monthly_budget - self.used) if self.account else 0


def source_of(provider: str) -> LeadSource:
    """Return the vendor of this name."""
    if provider not in SOURCES:
        raise NotFound("No such source of lead data.", fix=f"There are {' and '.join(SOURCES)}.", provider=provider[:100])
    return SOURCES[provider]


def get_account(*, actor: Actor, provider: str) -> DataAccount:
    """Return the workspace's account at a vendor."""
    source = source_of(provider)
    account = DataAccount.objects.filter(workspace_id=actor.workspace_id, provider=source.slug).first()
    if account is None:
        fix = f"An owner or admin of the workspace connects it under {SETTINGS}."
        raise NotConnected(f"{source.label} is not connected to this workspace.", fix=fix, provider=source.slug)
    return account


def states(*, actor: Actor, now: datetime) -> list[SourceState]:
    """Return every vendor with the workspace's account and what was used of it this month."""
    actor.require("admin")
    accounts = {account.provider: account for account in DataAccount.objects.filter(workspace_id=actor.workspace_id)}
    spends = DataSpend.objects.filter(workspace_id=actor.workspace_id, month=_month(now))
    used = dict(spends.values_list("provider", "used"))
    return [SourceState(source, accounts.get(slug), used.get(slug, 0)) for slug, source in SOURCES.items()]


@transaction.atomic
def connect(*, actor: Actor, provider: str, key: str, monthly_budget: int, now: datetime) -> DataAccount:
    """Store the key of the workspace's account at a vendor, in the place of one that is there."""
    actor.require("admin")
    source, key = source_of(provider), key.strip()
    if len(key) not in KEY_LENGTHS or not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid("This is no API key.", field="key", fix=f"Copy it from the settings of your account at {source.label}.")
    account, is_new = DataAccount.objects.update_or_create(
        workspace_id=actor.workspace_id,
        provider=source.slug,
        defaults={"key": key, "monthly_budget": _budget(monthly_budget)},
        create_defaults={"key": key, "monthly_budget": _budget(monthly_budget), "created_at": now},
    )
    audit.record(actor, "data_account.connected", account, provider=source.slug, new=is_new, monthly_budget=account.monthly_budget)
    return account


@transaction.atomic
def set_budget(*, actor: Actor, provider: str, monthly_budget: int) -> DataAccount:
    """Set how many credits of a vendor the workspace may use in a month; it holds from the next search on."""
    actor.require("admin")
    account = get_account(actor=actor, provider=provider)
    account.monthly_budget = _budget(monthly_budget)
    account.save(update_fields=["monthly_budget"])
    audit.record(actor, "data_account.budget_set", account, provider=account.provider, monthly_budget=account.monthly_budget)
    return account


@transaction.atomic
def disconnect(*, actor: Actor, provider: str) -> None:
    """Forget the key of a vendor and the answers that are kept; what was used this month still counts."""
    actor.require("admin")
    account = get_account(actor=actor, provider=provider)
    DataCacheEntry.objects.of(account).delete()
    audit.record(actor, "data_account.disconnected", account, provider=account.provider)
    account.delete()


def price(*, actor: Actor, provider: str, query: LeadQuery, number: int, now: datetime) -> Price:
    """Say what finding so many people costs at most, before anybody is asked; words that the vendor does not know are refused."""
    actor.require("leads:write")
    account, source = get_account(actor=actor, provider=provider), source_of(provider)
    _check(query, number, most=None)
    spent = DataSpend.objects.of(account, _month(now)).first()
    left = max(0, account.monthly_budget - (spent.used if spent else 0))
    reveal = source.price_of_reveal(number) if isinstance(source, RevealingSource) else None
    return Price(source.price(query, number), reveal, left)


def search(
    *, actor: Actor, provider: str, query: LeadQuery, page_size: int = 25, cursor: str = "", max_credits: int, now: datetime
) -> Found:
    """Find some of the people who match, within the caller's limit and the month's budget; an answer that is kept costs nothing."""
    actor.require("leads:write")
    account, source = get_account(actor=actor, provider=provider), source_of(provider)
    _check(query, page_size, most=MOST_ON_A_PAGE)
    cost = source.price(query, page_size)
    digest = _digest(query=asdict(query), page_size=page_size, cursor=cursor)
    if kept := DataCacheEntry.objects.of(account).fresh(now).filter(digest=digest).first():
        return Found(_unpacked(kept.answer), kept.fetched_at, is_cached=True)
    ask = partial(source.count_and_page, query, key=account.key, page_size=page_size, cursor=cursor)
    page = _paid(actor, account, cost, max_credits, now, ask)
    with transaction.atomic():
        _keep(account, source, {digest: page}, now)
        audit.record(actor, "lead_data.searched", account, provider=account.provider, people=len(page.people), credits=page.credits)
    return Found(page, now)


def reveal(*, actor: Actor, provider: str, ids: Sequence[str], max_credits: int, now: datetime) -> PeoplePage:
    """Return people with their e-mail addresses; those that were revealed before and are still kept cost nothing."""
    actor.require("leads:write")
    account, source = get_account(actor=actor, provider=provider), source_of(provider)
    if not isinstance(source, RevealingSource):
        raise Invalid(f"{source.label} shows what it has of addresses in its search.", field="provider", fix="Search, and read them there.")
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= source.most_at_once or not all(each and len(each) <= 100 for each in wanted):
        raise Invalid(f"Give between 1 and {source.most_at_once} ids of people that a search has found.", field="ids")
    known = _revealed(account, wanted, now)
    missing = [each for each in wanted if each not in known]
    if not missing:
        return PeoplePage(tuple(known.values()), len(known))
    page = _paid(actor, account, source.price_of_reveal(len(missing)), max_credits, now, partial(source.reveal, missing, key=account.key))
    with transaction.atomic():
        answers = {_digest(reveal=person.external_id): PeoplePage((person,), 1) for person in page.people}
        _keep(account, source, answers, now)
        audit.record(actor, "lead_data.revealed", account, provider=account.provider, people=len(page.people), credits=page.credits)
    people = (*known.values(), *page.people)
    return PeoplePage(people, len(people), credits=page.credits)


def purge(*, now: datetime) -> int:
    """Delete the answers that may not be kept any longer; return how many."""
    return DataCacheEntry.objects.expired(now).delete()[0]


# --- Credits ---------------------------------------------------------------------------------------------------------------------


def _paid(actor: Actor, account: DataAccount, cost: Cost, max_credits: int, now: datetime, ask: _Ask) -> PeoplePage:
    """Ask the vendor, with the credits taken beforehand and put right afterwards."""
    month = _month(now)
    if cost.credits > max_credits:
        message = f"This costs up to {cost.credits:,} credits, and max_credits allows {max_credits:,}."
        raise CostsMore(message, fix=f"Allow {cost.credits:,} credits, or ask for fewer people.", credits=cost.credits)
    _take(account, month, cost.credits)
    try:
        page = ask()
    except DomainError as error:
        _failed(actor, account, month, cost.credits, error)
        raise
    if page.credits != cost.credits:
        _settle(account, month, cost.credits, page.credits)
    return page


def _take(account: DataAccount, month: date, number: int) -> None:
    if number == 0:
        return
    with transaction.atomic(durable=True):
        if DataSpend.objects.take(account, month, number):
            return
        spent = DataSpend.objects.of(account, month).first()
    budget, used = account.monthly_budget, spent.used if spent else 0
    raise BudgetReached(
        f"The budget of this month at {account} leaves {max(0, budget - used):,} of {budget:,} credits, not {number:,}.",
        fix=f"Ask for fewer people, wait for the next month, or have the budget raised under {SETTINGS}.",
        limit=budget,
        used=used,
        resets_at=_next(month).isoformat(),
    )


def _failed(actor: Actor, account: DataAccount, month: date, taken: int, error: DomainError) -> None:
    """Give back what was taken, unless the vendor may have charged it."""
    if taken == 0:
        return
    if _may_have_charged(error):
        with transaction.atomic(durable=True):
            audit.record(actor, "lead_data.unanswered", account, provider=account.provider, credits=taken)
        error.fix = f"{error.fix} Nobody knows whether it was charged: {taken:,} credits stay taken from the month's budget.".strip()
    else:
        _settle(account, month, taken, 0)


def _may_have_charged(error: DomainError) -> bool:
    was_asked = isinstance(error, http.NoAnswer) and not isinstance(error, http.NotReached)
    return was_asked or isinstance(error, (http.AnswerTooLarge, AnswerNotUnderstood))


def _settle(account: DataAccount, month: date, taken: int, used: int) -> None:
    with transaction.atomic(durable=True):
        DataSpend.objects.settle(account, month, taken=taken, used=used)


def _month(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)


def _next(month: date) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)


def _budget(wanted: int) -> int:
    if not 0 <= wanted <= HIGHEST_BUDGET:
        raise Invalid(f"A budget is a number of credits up to {HIGHEST_BUDGET:,}.", field="monthly_budget")
    return wanted


# --- Questions and kept answers ----------------------------------------------------------------------------------------------------


def _check(query: LeadQuery, number: int, *, most: int | None) -> None:
    if not query.wanted:
        raise Invalid(
            "The query asks for nobody in particular.", field="query", fix="Say at least one thing about the people you look for."
        )
    if number < 1 or (most is not None and number > most):
        raise Invalid(f"Ask for at least 1{f' and at most {most}' if most else ''} at once.", field="number")


def _digest(**question: Any) -> str:
    return hashlib.sha256(json.dumps({**question, "form": FORM}, sort_keys=True).encode()).hexdigest()


def _keep(account: DataAccount, source: LeadSource, answers: dict[str, PeoplePage], now: datetime) -> None:
    """Keep answers by the digest of their question, in the place of older ones, for as long as the vendor's terms allow."""
    entries = [
        DataCacheEntry(
            workspace_id=account.workspace_id,
            provider=account.provider,
            digest=digest,
            answer=asdict(page),
            licence=source.licence,
            fetched_at=now,
            expires_at=now + timedelta(days=source.kept_for_days),
        )
        for digest, page in answers.items()
    ]
    DataCacheEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["workspace", "provider", "digest"],
        update_fields=["answer", "licence", "fetched_at", "expires_at"],
    )


def _revealed(account: DataAccount, ids: Sequence[str], now: datetime) -> dict[str, FoundPerson]:
    digests = [_digest(reveal=each) for each in ids]
    kept = DataCacheEntry.objects.of(account).fresh(now).filter(digest__in=digests).order_by("id")
    people = [_unpacked(entry.answer).people[0] for entry in kept]
    return {person.external_id: person for person in people}


def _unpacked(answer: dict[str, Any]) -> PeoplePage:
    return PeoplePage(**{**answer, "people": tuple(map(_person, answer["people"])), "credits": 0})


def _person(kept: dict[str, Any]) -> FoundPerson:
    size = kept["company_size"]
    words = {"seniority": Seniority(kept["seniority"]), "email_status": EmailStatus(kept["email_status"])}
    return FoundPerson(**{**kept, **words, "company_size": (size[0], size[1]) if size else None})
