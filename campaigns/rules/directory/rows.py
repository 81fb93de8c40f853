"""What a row of a directory says, in the values of targeting. What no table knows stays unknown, and is counted by its words."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from campaigns.rules.csv_rows.names import whole_name
from campaigns.rules.email_addresses import Address, normalise
from campaigns.rules.lawful_basis import basis_of
from campaigns.rules.targeting.industries import industry_of
from campaigns.rules.targeting.places import NOWHERE, Located, locate
from campaigns.rules.targeting.search import exact
from campaigns.rules.targeting.sizes import size_of
from campaigns.rules.targeting.tables import plain
from campaigns.rules.targeting.titles import title_facts, title_words
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, UNKNOWN, ids

LONGEST = {"full_name": 200, "first_name": 100, "last_name": 100, "title": 200, "linkedin_url": 500, "company": 200, "source": 100}
MOST_TECHNOLOGIES = 50
_SENIORITY, _FUNCTION = ids(SENIORITIES), ids(FUNCTIONS)
_BETWEEN = re.compile(r"[;,|]")
_AT_FRONT = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")


class PersonRow(NamedTuple):
    """One person as the database stores them; the company by its key, technologies by their names as `plain` writes them."""

    key: uuid.UUID
    email: str
    full_name: str
    first_name: str
    last_name: str
    title: str
    linkedin_url: str
    location: str
    country: int
    region: int
    city: int
    seniority: int
    function: int
    size_band: int
    industry: int
    title_words: list[str]
    technologies: list[str]
    company_key: str
    company_name: str
    company_domain: str
    source: str
    lawful_basis: str


@dataclass
class Unknown:
    """Counts the words that no table knows, by facet; only so many different ones, so that a file cannot fill the memory."""

    most: int = 20_000
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, facet: str, words: str) -> None:
        """Count a text that means nothing to this facet."""
        counter = self.counts.setdefault(facet, Counter())
        if words in counter or len(counter) < self.most:
            counter[words] += 1

    def frequent(self, number: int = 50) -> dict[str, dict[str, int]]:
        """Return the most frequent ones of each facet."""
        return {facet: dict(counter.most_common(number)) for facet, counter in sorted(self.counts.items())}


class Defaults(NamedTuple):
    """What holds for the rows of a file that say nothing of it themselves."""

    source: str = ""
    lawful_basis: str = "unknown"


def person_of(cells: Mapping[str, str], unknown: Unknown, defaults: Defaults) -> PersonRow | None:
    """Return the person whom the fields of a row name; None where nothing names anybody.

    A person is the same at the next load by the file's own id, else the address, else the profile, else name and company.
    """
    said = {name: _tidy(text, name) for name, text in cells.items()}
    get = said.get
    email = _email(get("email", ""), unknown)
    full, first, last = whole_name(get("full_name", ""), get("first_name", ""), get("last_name", ""))
    company, domain = get("company", ""), _domain(get("company_domain", ""))
    named = f"{plain(full)}@{plain(company) or domain}" if full and (company or domain) else ""
    identity = next((f"{kind}:{text}" for kind, text in _identities(said, email, named) if text), None)
    if identity is None:
        return None
    title, place = get("title", ""), _place(said, unknown)
    seniority, function = _title(said, unknown)
    return PersonRow(
        key=uuid.UUID(bytes=blake2b(identity.encode(), digest_size=16).digest()),
        email=email,
        full_name=full[:200],
        first_name=first[:100],
        last_name=last[:100],
        title=title,
        linkedin_url=get("linkedin_url", ""),
        location=place.label or ", ".join(filter(None, (get("location") or get("city"), get("region"), get("country"))))[:300],
        country=place.country,
        region=place.region,
        city=place.city,
        seniority=seniority,
        function=function,
        size_band=_read(size_of, get("company_size", ""), "company_size", unknown),
        industry=_read(_industry, get("industry", ""), "industry", unknown),
        title_words=_title_words(title),
        technologies=_technologies(get("technologies", "")),
        company_key=domain or plain(company),
        company_name=company,
        company_domain=domain,
        source=get("source") or defaults.source,
        lawful_basis=_basis(get("lawful_basis", ""), defaults, unknown),
    )


def _identities(said: Mapping[str, str], email: str, named: str) -> tuple[tuple[str, str], ...]:
    profile = _AT_FRONT.sub("", said.get("linkedin_url", "")).rstrip("/").casefold()
    return ("id", said.get("id", "")), ("email", email.lower()), ("profile", profile), ("name", named)


def _tidy(text: str, name: str) -> str:
    return " ".join(_UNSTORABLE.sub(" ", text).split())[: LONGEST.get(name, 1000)]


def _email(text: str, unknown: Unknown) -> str:
    if not text:
        return ""
    found = normalise(text)
    if isinstance(found, Address):
        return found.address
    unknown.note("email", text)
    return ""


def _domain(text: str) -> str:
    """Return the domain of a company's site: `https://www.Acme.com/de` is acme.com; empty where it is none."""
    host = _AT_FRONT.sub("", text).partition("/")[0].partition(":")[0].strip(".").casefold()
    return host if "." in host and " " not in host and len(host) <= 253 else ""


def _place(said: Mapping[str, str], unknown: Unknown) -> Located:
    cells = {name: said.get(name, "") for name in ("city", "region", "country", "location")}
    found = locate(**cells)
    if found == NOWHERE and any(cells.values()):
        unknown.note("location", ", ".join(filter(None, cells.values())))
    return found


def _title(said: Mapping[str, str], unknown: Unknown) -> tuple[int, int]:
    """Return seniority and function: as the file says, else as the title does."""
    title = said.get("title", "")
    facts = title_facts(title)
    seniority = _SENIORITY.get(exact(said["seniority"], "seniority"), UNKNOWN) if said.get("seniority") else UNKNOWN
    function = _FUNCTION.get(exact(said["function"], "function"), UNKNOWN) if said.get("function") else UNKNOWN
    for facet, own, read in (("seniority", seniority, facts.seniority), ("function", function, facts.function)):
        if said.get(facet) and not own:
            unknown.note(facet, said[facet])
        elif title and not own and not read:
            unknown.note(f"title ({facet})", title)
    return seniority or facts.seniority, function or facts.function


@lru_cache(maxsize=50_000)
def _title_words(title: str) -> list[str]:
    return title_words(title)


@lru_cache(maxsize=10_000)
def _industry(text: str) -> int:
    """Return the industry of a cell; of several between commas the first that is one."""
    if whole := industry_of(text):
        return whole
    return next((found for part in _BETWEEN.split(text) if (found := industry_of(part))), UNKNOWN)


def _read(read: Callable[[str], int], text: str, facet: str, unknown: Unknown) -> int:
    if not text:
        return UNKNOWN
    found = read(text)
    if not found:
        unknown.note(facet, text)
    return found


def _technologies(text: str) -> list[str]:
    names = dict.fromkeys(" ".join(name.split())[:100] for name in _BETWEEN.split(text))
    return [name for name in names if plain(name)][:MOST_TECHNOLOGIES]


def _basis(text: str, defaults: Defaults, unknown: Unknown) -> str:
    if not text:
        return defaults.lawful_basis
    found = basis_of(text)
    if found == "unknown" != plain(text):
        unknown.note("lawful_basis", text)
    return found
