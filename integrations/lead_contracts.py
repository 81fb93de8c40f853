"""What the product and the sources of lead data say to each other: our words, whoever the vendor is.

A source finds people that match a query, a page at a time, and says beforehand what that costs. A word that a vendor has no filter for
is refused by its name: a search that left it out would find other people than those who were asked for, at the same price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Protocol, runtime_checkable

from rocketsdr.lib.errors import Invalid, ProviderFailed

UNKNOWN = "unknown"  # what a vendor says in a word of its own that we do not know
MOST_ON_A_PAGE = 100  # people, of every vendor

Size = tuple[int | None, int | None]


class Seniority(StrEnum):
    """How high up somebody is."""

    OWNER = "owner"
    FOUNDER = "founder"
    C_SUITE = "c_suite"
    PARTNER = "partner"
    VP = "vp"
    HEAD = "head"
    DIRECTOR = "director"
    MANAGER = "manager"
    SENIOR = "senior"
    ENTRY = "entry"
    INTERN = "intern"
    UNKNOWN = UNKNOWN


class EmailStatus(StrEnum):
    """What a vendor says of somebody's address. `LOCKED`: there is one, and revealing it costs extra or needs another plan."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    GUESSED = "guessed"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"
    UNKNOWN = UNKNOWN


@dataclass(frozen=True, slots=True)
class Criteria:
    """Words that people are looked for by: one of each kind has to match, and all kinds that are given; places are one kind together.

    `countries` are ISO 3166 codes (`DE`), `regions` likewise (`US-CA`), `cities` a name and the code of what it lies in (`Berlin, DE`,
    `Portland, US-OR`). `seniorities` and `functions` are our words, `titles`, `industries` and `technologies` free ones. `company_size`
    is the lowest and the highest number of employees, None for no end.
    """

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    company_size: Size | None = None

    def __bool__(self) -> bool:
        """Say whether anything is asked for."""
        return any(getattr(self, field.name) for field in fields(Criteria))

    @property
    def places(self) -> Iterator[tuple[str, str]]:
        """The places, each with the name of its field."""
        return ((name, place) for name in ("countries", "regions", "cities") for place in getattr(self, name))


NOTHING = Criteria()


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """Whom to look for, and whom of them to leave out: whoever matches any kind of what is excluded."""

    wanted: Criteria
    exclude: Criteria = NOTHING


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One person as a vendor knows them; what it does not know is empty.

    `country` is an ISO code or `unknown`; `company_size` the lowest and the highest number of employees; `licence` says on what terms
    the data is here. `last_name` is empty where the vendor shows no more than its beginning.
    """

    provider: str
    external_id: str
    licence: str
    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    seniority: Seniority = Seniority.UNKNOWN
    email: str | None = None
    email_status: EmailStatus = EmailStatus.UNKNOWN
    company: str = ""
    company_domain: str = ""
    company_size: Size | None = None
    industry: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    linkedin_url: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people who match: how many do in all, where the page after this one begins (empty: nowhere), what it cost."""

    people: tuple[FoundPerson, ...]
    total: int
    next: str = ""
    credits: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What something costs at most, in the vendor's credits, for each what, and what else there is to know."""

    credits: int
    per: str
    note: str = ""


class UnknownWords(Invalid):
    """The vendor has no filter for some words; `context` names them by their field."""

    code = "words_unknown_to_provider"


class SearchRefused(ProviderFailed):
    """The vendor said no, and charged nothing. `reason` is one of `key`, `credits`, `query`, `rate`, `vendor`."""

    def __init__(self, message: str, *, transient: bool, reason: str, fix: str, **context: object) -> None:
        super().__init__(message, transient=transient, fix=fix, reason=reason, **context)
        self.reason = reason


class AnswerNotUnderstood(ProviderFailed):
    """The vendor answered something else than it documents; what that cost is not known."""

    code = "answer_not_understood"


class LeadSource(Protocol):
    """A vendor of lead data."""

    slug: str
    label: str
    licence: str
    kept_for_days: int
    pricing: str

    def count_and_page(self, query: LeadQuery, *, key: str, page_size: int, cursor: str = "") -> PeoplePage:
        """Find some of the people who match, and how many do; what it costs at most `price` has said."""

    def price(self, query: LeadQuery, number: int) -> Cost:
        """Say what finding so many people costs at most, or refuse words that the vendor does not know; asks nobody."""


@runtime_checkable
class RevealingSource(LeadSource, Protocol):
    """A vendor whose search shows no e-mail addresses: these are asked for by person, and cost extra."""

    most_at_once: int

    def price_of_reveal(self, number: int) -> Cost:
        """Say what the addresses of so many people cost at most."""

    def reveal(self, ids: Sequence[str], *, key: str) -> PeoplePage:
        """Ask for these people with their addresses, at most `most_at_once`; whom the vendor does not know is missing."""
