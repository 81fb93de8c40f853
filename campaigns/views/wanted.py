"""Whom somebody looks for, as the address of the page says it: each value is a parameter, so that a link adds or removes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from campaigns.rules import texts
from campaigns.rules.targeting.asked import LISTS, NUMBERS
from campaigns.rules.targeting.industries import industries, industry_of, within
from campaigns.rules.targeting.places import Place, meant_by, place_of
from campaigns.rules.targeting.resolving import label_of
from campaigns.rules.targeting.search import exact
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, ids

NOT = "not_"  # begins the parameters of what is left out
PARAMETERS = tuple(f"{side}{name}" for side in ("", NOT) for name in (*LISTS, *NUMBERS))
LONGEST = 200  # characters of a value

Pair = tuple[str, str]  # a parameter and a value of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for and what is left out, in the order in which people have chosen it."""

    pairs: tuple[Pair, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Read an address; what no facet has is not read."""
        pairs = [(name, value.strip()) for name in PARAMETERS for value in query.getlist(name) if texts.is_storable(value)]
        numbers = {name: value for name, value in pairs if name.removeprefix(NOT) in NUMBERS and value}
        lists = [(name, value[:LONGEST]) for name, value in pairs if value and name not in numbers]
        return cls(tuple(dict.fromkeys([*lists, *numbers.items()])))

    @classmethod
    def of_stored(cls, targeting: Mapping[str, Any]) -> Self:
        """Read a targeting as it is stored."""
        sides = (("", targeting), (NOT, targeting.get("exclude", {})))
        return cls(
            tuple((f"{side}{name}", value) for side, said in sides for name in (*LISTS, *NUMBERS) for value in _each(said.get(name)))
        )

    @property
    def targeting(self) -> dict[str, Any]:
        """Return it as it is stored."""
        include = {name: self._said(name) for name in (*LISTS, *NUMBERS) if self._said(name)}
        exclude = {name: self._said(f"{NOT}{name}") for name in (*LISTS, *NUMBERS) if self._said(f"{NOT}{name}")}
        return {**include, "exclude": exclude} if exclude else include

    @property
    def address(self) -> str:
        """Return the part of the address behind the question mark."""
        return urlencode(self.pairs)

    def values(self, name: str) -> list[str]:
        """Return what is chosen of one parameter."""
        return [value for each, value in self.pairs if each == name]

    def has(self, name: str, value: str) -> bool:
        """Say whether a value is chosen, by whichever word."""
        return any(value in meant(name, each) for each in self.values(name))

    def without(self, name: str, value: str) -> Wanted:
        """Return the same without a value, whichever word stands for it."""
        return self._only(pair for pair in self.pairs if pair[0] != name or (pair[1] != value and value not in meant(name, pair[1])))

    def adding(self, name: str, value: str) -> Wanted:
        """Return the same with a value more; it is not left out any more, and takes the place of whatever it is a part of."""
        other = name.removeprefix(NOT) if name.startswith(NOT) else f"{NOT}{name}"
        rest = self.without(other, value)
        kept = [pair for pair in rest.pairs if pair[0] != name or not _is_within(name, value, pair[1])]
        return self._only([*kept, (name, value)])

    def setting(self, **numbers: str) -> Wanted:
        """Return the same with other numbers; an empty one is none."""
        return self._only([pair for pair in self.pairs if pair[0] not in numbers] + [pair for pair in numbers.items() if pair[1]])

    def _said(self, name: str) -> list[str] | int | str | None:
        values = self.values(name)
        if name.removeprefix(NOT) in LISTS:
            return values
        number = values[-1] if values else None
        return int(number) if number and number.isascii() and number.isdigit() and len(number) < LONGEST else number

    def _only(self, pairs: Iterable[Pair]) -> Wanted:
        return Wanted(tuple(dict.fromkeys(pairs)))


def _each(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [] if value is None else [str(value)]


# --- What a word means ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)  # each link of a page asks for each value that is chosen
def meant(name: str, text: str) -> frozenset[str]:
    """Return the values that a text stands for: what programs would pass in its place."""
    kind = name.removeprefix(NOT)
    if kind == "locations":
        return frozenset(place.value for place in meant_by(text)) or frozenset({text})
    if kind == "industries":
        found = industries().get(industry_of(text))
        return frozenset({found.value if found else text})
    if kind in ("seniorities", "functions"):
        return frozenset({exact(text, "seniority" if kind == "seniorities" else "function") or text})
    return frozenset({text})


def label(name: str, text: str) -> str:
    """Return how people read a value."""
    kind = name.removeprefix(NOT)
    if kind == "locations":
        return next((place.label for place in meant_by(text)), text)
    if kind == "industries":
        return label_of("industry", industry_of(text)) or text
    if kind == "seniorities":
        return label_of("seniority", ids(SENIORITIES).get(exact(text, "seniority"), 0)) or text
    if kind == "functions":
        return label_of("function", ids(FUNCTIONS).get(exact(text, "function"), 0)) or text
    return {"company_size_min": f"{text} employees or more", "company_size_max": f"{text} employees at most"}.get(kind, text)


def _is_within(name: str, value: str, wide: str) -> bool:
    """Say whether a value is a part of another one, which it narrows: a city of its country, an industry of its sector."""
    if name == "locations":
        place = place_of(value)
        return place is not None and any(_lies_in(place, each) for each in meant_by(wide))
    return name == "industries" and industry_of(value) in within(industry_of(wide))


def _lies_in(place: Place, other: Place) -> bool:
    inside = {("country", place.country), ("region", place.region)} - {(place.kind, place.id)}
    return (other.kind, other.id) in inside
