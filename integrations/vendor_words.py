"""Our words in those of vendors of lead data, names of places among them, and back; what stands in answers, read with care."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import pycountry

from integrations.lead_contracts import UNKNOWN, Criteria, Size, UnknownWords

# Where ISO's short name is not what people, and vendors, say.
_SAID = {
    "BN": "Brunei",
    "BQ": "Caribbean Netherlands",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CV": "Cape Verde",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "MF": "Saint Martin",
    "MO": "Macau",
    "PS": "Palestine",
    "RU": "Russia",
    "SH": "Saint Helena",
    "SX": "Sint Maarten",
    "TR": "Turkey",
    "VA": "Vatican City",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
}
_LONGEST = 500  # characters of a single value of an answer that are kept


class Translation:
    """Our words on their way to a vendor: what has no translation is gathered, and refused together."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._unknown: dict[str, list[str]] = {}

    def unknown(self, field: str, word: object) -> None:
        """Note a word that the vendor has no filter for."""
        self._unknown.setdefault(field, []).append(str(word)[:100])

    def none_of(self, criteria: Criteria, *names: str, before: str = "") -> None:
        """Note every word of kinds that the vendor does not filter by."""
        for name in names:
            value = getattr(criteria, name)
            for word in [_written(value)] if value and name == "company_size" else value or ():
                self.unknown(f"{before}{name}", word)

    def by_table(self, field: str, words: Collection[str], table: Mapping[str, Sequence[str]]) -> list[str]:
        """Return the vendor's words for ours, each once; one of ours may be several of theirs."""
        for word in words:
            if word not in table:
                self.unknown(field, word)
        return list(dict.fromkeys(theirs for word in words for theirs in table.get(word, ())))

    def finish(self, fix: str) -> None:
        """Refuse the query if anything of it could not be said."""
        if self._unknown:
            named = "; ".join(f"{field}: {', '.join(words)}" for field, words in self._unknown.items())
            raise UnknownWords(f"{self._label} has no filter for {named}.", field=next(iter(self._unknown)), fix=fix, words=self._unknown)


def country_name(code: str) -> str:
    """Return what a country is called in English, or nothing for a code that is none."""
    country = pycountry.countries.get(alpha_2=code.upper()) if len(code) == 2 else None
    return "" if country is None else _said(country)


def country_code(name: str) -> str:
    """Return the ISO code of the country that an answer names; empty where it names none, `unknown` where nobody knows it."""
    return _codes().get(name.casefold(), UNKNOWN) if name else ""


def region_name(code: str) -> str:
    """Return what a region is called, or nothing for a code that is none: `US-CA`."""
    return _regions().get(code.upper(), "")


def city_parts(city: str) -> tuple[str, str, str]:
    """Return the name of a city, the code of its region and that of its country; the latter two empty where they are none."""
    name, _, inside = (part.strip() for part in city.rpartition(","))
    inside = inside.upper()
    country, dash, _ = inside.partition("-")
    if not name or not country_name(country) or (dash and not region_name(inside)):
        return city.strip(), "", ""
    return name, inside if dash else "", country


def text(answer: Mapping[str, Any], *names: str) -> str:
    """Return the text at this place of an answer, on one line; empty where something else stands there, or nothing."""
    value: Any = answer
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return " ".join(value.replace("\x00", "").split())[:_LONGEST] if isinstance(value, str) else ""


def number(answer: Mapping[str, Any], name: str) -> int | None:
    """Return the whole number at this place of an answer, or None where something else stands there."""
    value = answer.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def rows(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects in a list of an answer, without whatever else stands in it."""
    value = answer.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def domain(address: str) -> str:
    """Return the host of a website as vendors write it: with a scheme, `www.` and a path, or without."""
    host = address.casefold().partition("://")[2] or address.casefold()
    return host.partition("/")[0].partition(":")[0].removeprefix("www.")


def _said(country: Any) -> str:
    return str(_SAID.get(country.alpha_2) or getattr(country, "common_name", country.name))


@cache
def _codes() -> dict[str, str]:
    known: dict[str, str] = {}
    for country in pycountry.countries:
        for name in (country.name, getattr(country, "official_name", ""), _said(country), country.alpha_2):
            known[name.casefold()] = country.alpha_2
    return known


@cache
def _regions() -> dict[str, str]:
    return {region.code: region.name for region in pycountry.subdivisions}


def _written(size: Size) -> str:
    low, high = size
    return f"{low or 1}-{high}" if high is not None else f"{low or 1}+"
