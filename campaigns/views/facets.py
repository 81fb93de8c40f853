"""The facets of the page that finds leads: what each value would leave, and the links that ask for it or leave it out."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.queries.facet_counts import Facet, FacetCounts, FacetValue
from campaigns.rules.targeting.sizes import SIZE_BANDS
from campaigns.views.wanted import NOT, Wanted, label

TITLES: dict[str, tuple[str, str]] = {  # each facet's heading, and the parameter of the address
    "country": ("Country", "locations"),
    "region": ("Region", "locations"),
    "city": ("City", "locations"),
    "seniority": ("Seniority", "seniorities"),
    "function": ("Function", "functions"),
    "sector": ("Industry", "industries"),
    "industry": ("Industry, in detail", "industries"),
    "size": ("Employees of the company", ""),
    "technology": ("Technology", "technologies"),
}
OPEN = ("country", "seniority", "function", "industry")  # the last one is there where a sector is chosen
FOLDED = 5  # values of a facet that are seen at once
KINDS = {
    "locations": "Place",
    "titles": "Title",
    "industries": "Industry",
    "functions": "Function",
    "seniorities": "Seniority",
    "technologies": "Technology",
    "company_size_min": "Company size",
    "company_size_max": "Company size",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One value: how many leads have it, and where its links lead; a link of what is chosen takes it back."""

    label: str
    number: str
    chosen: bool
    left_out: bool
    href: str
    not_href: str


@dataclass(frozen=True, slots=True)
class Section:
    """One facet; it is open where something of it is chosen, or where most people begin."""

    name: str
    title: str
    rows: list[Row]
    more: list[Row]
    is_exact: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One value that is asked for or left out, and the link that takes it back."""

    kind: str
    label: str
    left_out: bool
    href: str


def chips(wanted: Wanted) -> list[Chip]:
    """Return all that is asked for, and all that is left out."""
    return [
        Chip(KINDS[name.removeprefix(NOT)], label(name, value), name.startswith(NOT), _href(wanted.without(name, value)))
        for name, value in wanted.pairs
    ]


def sections(counts: FacetCounts, wanted: Wanted) -> list[Section]:
    """Return the facets that have any value."""
    return [_section(name, facet, wanted) for name, facet in counts.facets.items() if facet.values]


def number(leads: int, *, is_exact: bool) -> str:
    """Write a number; an estimate with the two digits that it is good for."""
    if is_exact:
        return f"{leads:,}"
    return f"≈ {round(leads, 2 - len(str(leads))):,}"


def _section(name: str, facet: Facet, wanted: Wanted) -> Section:
    title, parameter = TITLES[name]
    rows = [_size(value, facet, wanted) if name == "size" else _row(parameter, value, facet, wanted) for value in facet.values]
    touched = any(row.chosen or row.left_out for row in rows) or (name == "city" and bool(wanted.values(parameter)))
    return Section(name, title, rows[:FOLDED], rows[FOLDED:], facet.is_exact, touched or name in OPEN)


def _row(parameter: str, value: FacetValue, facet: Facet, wanted: Wanted) -> Row:
    other = f"{NOT}{parameter}"
    chosen, left_out = wanted.has(parameter, value.value), wanted.has(other, value.value)
    return Row(
        value.label,
        number(value.leads, is_exact=facet.is_exact),
        chosen,
        left_out,
        _href(wanted.without(parameter, value.value) if chosen else wanted.adding(parameter, value.value)),
        _href(wanted.without(other, value.value) if left_out else wanted.adding(other, value.value)),
    )


def _size(value: FacetValue, facet: Facet, wanted: Wanted) -> Row:
    """Return a band of company sizes: asking for it asks from its beginning to its end."""
    band = _BANDS[value.value]
    ends = {"company_size_min": str(band.low), "company_size_max": str(band.high or "")}
    chosen = all(wanted.values(name) == ([end] if end else []) for name, end in ends.items())
    href = _href(wanted.setting(company_size_min="", company_size_max="") if chosen else wanted.setting(**ends))
    return Row(value.label, number(value.leads, is_exact=facet.is_exact), chosen, left_out=False, href=href, not_href="")


def _href(wanted: Wanted) -> str:
    return f"?{wanted.address}"


_BANDS = {band.value: band for band in SIZE_BANDS}
