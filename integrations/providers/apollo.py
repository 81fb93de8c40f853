"""Apollo: people by filters, free of charge and without addresses; an address costs a credit when it is revealed.

What is sent are the filters that Apollo documents (https://docs.apollo.io/reference/people-api-search) and no other: a filter that it
did not know it might leave out, and find more people than were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from integrations.lead_contracts import (
    Cost,
    Criteria,
    EmailStatus,
    FoundPerson,
    LeadQuery,
    PeoplePage,
    RevealingSource,
    Seniority,
    Size,
)
from integrations.vendor_replies import ask
from integrations.vendor_words import Translation, city_parts, country_code, country_name, domain, number, region_name, rows, text
from rocketsdr.lib.errors import Invalid

SLUG, LABEL = "apollo", "Apollo"
SEARCH = "https://api.apollo.io/api/v1/mixed_people/api_search"
REVEAL = "https://api.apollo.io/api/v1/people/bulk_match?reveal_personal_emails=false&reveal_phone_number=false"
LICENCE = (
    "From Apollo, under this workspace's own agreement with Apollo (https://www.apollo.io/terms). For its own outreach, not for resale."
)
LAST_PAGE = 500
MOST_EMPLOYEES = 10_000_000
FIX = "Say it by titles, seniorities, countries, US states, cities, company size, technologies or one industry, or leave it out."

SENIORITIES = {each.value: (each.value,) for each in Seniority if each is not Seniority.UNKNOWN}  # they are Apollo's own words
EMAIL_STATUSES = {
    "verified": EmailStatus.VERIFIED,
    "likely to engage": EmailStatus.VERIFIED,
    "unverified": EmailStatus.UNVERIFIED,
    "guessed": EmailStatus.GUESSED,
    "extrapolated": EmailStatus.GUESSED,
    "unavailable": EmailStatus.UNAVAILABLE,
}
NOT_UNLOCKED = "email_not_unlocked@"  # what stands in the place of an address that nobody has paid for


class Apollo:
    """Apollo's people search, and its enrichment for the addresses."""

    slug = SLUG
    label = LABEL
    licence = LICENCE
    kept_for_days = 30
    most_at_once = 10
    pricing = "Searching is free. Each e-mail address that is revealed costs one credit."

    def count_and_page(self, query: LeadQuery, *, key: str, page_size: int, cursor: str = "") -> PeoplePage:
        """Find some of the people who match; their addresses and last names are not among what Apollo shows."""
        page = _page(cursor)
        asked = urlencode([*_filters(query), ("page", page), ("per_page", page_size)])
        answer = ask(LABEL, f"{SEARCH}?{asked}", {}, key=key)
        total = number(answer, "total_entries") or 0
        more = page * page_size < total and page < LAST_PAGE
        people = tuple(_person(row) for row in rows(answer, "people") if text(row, "id"))
        return PeoplePage(people, total, next=str(page + 1) if more else "")

    def price(self, query: LeadQuery, number: int) -> Cost:
        """Say that finding people is free."""
        _filters(query)
        return Cost(credits=0, per="search", note=f"The e-mail addresses of {number:,} people cost up to {number:,} credits.")

    def price_of_reveal(self, number: int) -> Cost:
        """Say what so many addresses cost at most."""
        return Cost(credits=number, per="e-mail address", note="Apollo charges those that it finds.")

    def reveal(self, ids: Sequence[str], *, key: str) -> PeoplePage:
        """Ask for these people with their addresses; Apollo sorts them as it likes, and leaves out whom it does not know."""
        answer = ask(LABEL, REVEAL, {"details": [{"id": each} for each in ids]}, key=key)
        people = tuple(person for row in rows(answer, "matches") if (person := _person(row)).external_id in ids)
        charged = number(answer, "credits_consumed")
        return PeoplePage(people, len(people), credits=len(people) if charged is None else charged)


SOURCE: RevealingSource = Apollo()


def _filters(query: LeadQuery) -> list[tuple[str, str]]:
    """Return the query as Apollo's parameters, or refuse what it has none for."""
    said, wanted, excluded = Translation(LABEL), query.wanted, query.exclude
    filters = [
        *(("person_titles[]", title) for title in wanted.titles),
        *(("person_seniorities[]", word) for word in said.by_table("seniorities", wanted.seniorities, SENIORITIES)),
        *(("person_locations[]", place) for name, word in wanted.places if (place := _place(said, name, word))),
        *(("currently_using_any_of_technology_uids[]", _uid(word)) for word in wanted.technologies),
        *(("currently_not_using_any_of_technology_uids[]", _uid(word)) for word in excluded.technologies),
        *(("organization_num_employees_ranges[]", bounds) for bounds in _sizes(said, wanted.company_size, excluded.company_size)),
        *(("q_keywords", word) for word in wanted.industries[:1]),
    ]
    if wanted.titles:
        filters.append(("include_similar_titles", "false"))
    for word in wanted.industries[1:]:  # Apollo would look for people who match all of them
        said.unknown("industries", word)
    said.none_of(wanted, "functions")
    said.none_of(excluded, *("countries", "regions", "cities", "titles", "seniorities", "functions", "industries"), before="exclude.")
    said.finish(FIX)
    return filters


def _place(said: Translation, field: str, word: str) -> str:
    """Return a place as Apollo reads it: countries, states of the US and cities."""
    match field:
        case "countries":
            place = country_name(word)
        case "regions":
            place = f"{region_name(word)}, United States" if word.upper().startswith("US-") and region_name(word) else ""
        case _:
            name, region, country = city_parts(word)
            place = ", ".join(part for part in (name, region_name(region), country_name(country)) if part) if country else ""
    if not place:
        said.unknown(field, word)
    return place


def _uid(technology: str) -> str:
    """Return a technology as Apollo names it: `Google Analytics` is `google_analytics`."""
    return technology.strip().casefold().replace(" ", "_").replace(".", "_")


def _sizes(said: Translation, wanted: Size | None, excluded: Size | None) -> list[str]:
    """Return the ranges of employees that are left."""
    if wanted and excluded:
        said.none_of(Criteria(company_size=excluded), "company_size", before="exclude.")
    if wanted:
        return [_range(*wanted)]
    if excluded is None:
        return []
    low, high = excluded
    left = [*([_range(1, low - 1)] if low and low > 1 else []), *([_range(high + 1, None)] if high else [])]
    if not left:
        said.none_of(Criteria(company_size=excluded), "company_size", before="exclude.")
    return left


def _range(low: int | None, high: int | None) -> str:
    return f"{low or 1},{high or MOST_EMPLOYEES}"


def _page(cursor: str) -> int:
    page = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 5 else 0 if cursor else 1
    if not 1 <= page <= LAST_PAGE:
        raise Invalid("This is no cursor of Apollo's.", field="cursor", fix="Start again without a cursor.")
    return page


def _person(row: Mapping[str, Any]) -> FoundPerson:
    first, last = text(row, "first_name"), text(row, "last_name")
    email, status = _email(row)
    return FoundPerson(
        provider=SLUG,
        external_id=text(row, "id"),
        licence=LICENCE,
        full_name=text(row, "name") or f"{first} {last or text(row, 'last_name_obfuscated')}".strip(),
        first_name=first,
        last_name=last,
        title=text(row, "title"),
        seniority=_seniority(text(row, "seniority")),
        email=email,
        email_status=status,
        city=text(row, "city"),
        region=text(row, "state"),
        country=country_code(text(row, "country")),
        linkedin_url=text(row, "linkedin_url"),
        **_company(row),
    )


def _company(row: Mapping[str, Any]) -> dict[str, Any]:
    company = row.get("organization")
    company = company if isinstance(company, Mapping) else {}
    employees = number(company, "estimated_num_employees")
    return {
        "company": text(company, "name"),
        "company_domain": domain(text(company, "primary_domain") or text(company, "website_url")),
        "company_size": (employees, employees) if employees else None,
        "industry": text(company, "industry"),
    }


def _seniority(word: str) -> Seniority:
    return Seniority(word) if word in SENIORITIES else Seniority.UNKNOWN


def _email(row: Mapping[str, Any]) -> tuple[str | None, EmailStatus]:
    email = text(row, "email").casefold()
    if "@" in email and not email.startswith(NOT_UNLOCKED):
        return email, EMAIL_STATUSES.get(text(row, "email_status").casefold(), EmailStatus.UNKNOWN)
    if email or row.get("has_email") is True:
        return None, EmailStatus.LOCKED
    return None, EmailStatus.UNAVAILABLE if row.get("has_email") is False else EmailStatus.UNKNOWN
