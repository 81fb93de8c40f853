"""Words to ids: what a caller asks for, as an audience. What is not known is named with what may have been meant; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from campaigns.rules.targeting.audience import Audience, Facets
from campaigns.rules.targeting.industries import industries, industry_of, within
from campaigns.rules.targeting.places import Place, meant_by
from campaigns.rules.targeting.search import TargetingType, exact, search
from campaigns.rules.targeting.sizes import SIZE_BANDS, bands_within
from campaigns.rules.targeting.tables import plain
from campaigns.rules.targeting.titles import title_words
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, ids

SUGGESTED = 5  # values for each that is not known
MOST_VALUES = 200  # of one facet


@dataclass(frozen=True, slots=True)
class Asked:
    """Values of the facets as people and agents write them; company sizes in employees, both ends included."""

    locations: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    company_size_min: int | None = None
    company_size_max: int | None = None


@dataclass(frozen=True, slots=True)
class Targeting:
    """Whom a caller looks for: what they must have, and what they must not."""

    include: Asked = field(default_factory=Asked)
    exclude: Asked = field(default_factory=Asked)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that no facet knows, or that several places have; `suggestions` are values that targeting takes."""

    field: str
    value: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value was taken for, where that is not what was written."""

    field: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """The audience of a targeting, what its words were taken for, and those that mean nothing."""

    audience: Audience
    meanings: tuple[Meaning, ...]
    unresolved: tuple[Unresolved, ...]


def resolve(targeting: Targeting, *, technologies: Mapping[str, int]) -> Resolved:
    """Read a targeting. `technologies` are the ids of those that are known, by their name as `plain` writes it."""
    reader = _Reader(technologies)
    include = reader.facets(targeting.include, "")
    around = frozenset(place.country for place in reader.places)
    exclude = reader.facets(targeting.exclude, "exclude.")
    narrowed = around if include.regions or include.cities else frozenset()
    return Resolved(Audience(include, exclude, narrowed), tuple(reader.meanings), tuple(reader.unresolved))


class _Reader:
    """Reads the values of one targeting and notes what they were taken for."""

    def __init__(self, technologies: Mapping[str, int]) -> None:
        self.technologies = technologies
        self.places: list[Place] = []
        self.meanings: list[Meaning] = []
        self.unresolved: list[Unresolved] = []

    def facets(self, asked: Asked, prefix: str) -> Facets:
        """Return the ids of all values of one side."""
        found = [place for value in asked.locations for place in self._location(f"{prefix}locations", value)]
        self.places += found
        sizes = frozenset[int]()
        if asked.company_size_min is not None or asked.company_size_max is not None:
            sizes = bands_within(asked.company_size_min, asked.company_size_max)
        return Facets(
            countries=_of_kind(found, "country"),
            regions=_of_kind(found, "region"),
            cities=_of_kind(found, "city"),
            seniorities=self._values(f"{prefix}seniorities", asked.seniorities, "seniority", _SENIORITY),
            functions=self._values(f"{prefix}functions", asked.functions, "function", _FUNCTION),
            industries=self._industries(f"{prefix}industries", asked.industries),
            size_bands=sizes,
            technologies=self._technologies(f"{prefix}technologies", asked.technologies),
            titles=self._titles(f"{prefix}titles", asked.titles),
        )

    def _location(self, name: str, value: str) -> list[Place]:
        found = meant_by(value)
        if not found:
            self._refuse(name, value, (each.value for each in search(value, "location", limit=SUGGESTED)))
        elif value.strip().casefold() != found[0].value.casefold():
            self.meanings.append(Meaning(name, value, found[0].label))
        return found

    def _values(self, name: str, asked: Iterable[str], kind: TargetingType, known: Mapping[str, int]) -> frozenset[int]:
        return self._each(name, asked, kind, lambda value: known.get(exact(value, kind)))

    def _industries(self, name: str, asked: Iterable[str]) -> frozenset[int]:
        found = self._each(name, asked, "industry", lambda value: industry_of(value) or None)
        return frozenset(inside for industry in found for inside in within(industry))

    def _each(self, name: str, asked: Iterable[str], kind: TargetingType, read: Callable[[str], int | None]) -> frozenset[int]:
        found: set[int] = set()
        for value in asked:
            number = read(value)
            if number is None:
                self._refuse(name, value, (each.value for each in search(value, kind, limit=SUGGESTED)))
            else:
                found.add(number)
                self._mean(name, value, label_of(kind, number))
        return frozenset(found)

    def _technologies(self, name: str, asked: Iterable[str]) -> frozenset[int]:
        found = {value: self.technologies.get(plain(value)) for value in asked}
        for value, number in found.items():
            if number is None:
                key = plain(value)
                self._refuse(name, value, [each for each in sorted(self.technologies) if key and (key in each or each in key)][:SUGGESTED])
        return frozenset(number for number in found.values() if number is not None)

    def _titles(self, name: str, asked: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        read = {value: tuple(title_words(value)) for value in asked}
        for value, words in read.items():
            if not words:
                self._refuse(name, value, ())
        return tuple(dict.fromkeys(words for words in read.values() if words))

    def _mean(self, name: str, value: str, label: str) -> None:
        if plain(value) != plain(label):
            self.meanings.append(Meaning(name, value, label))

    def _refuse(self, name: str, value: str, suggestions: Iterable[str]) -> None:
        self.unresolved.append(Unresolved(name, value, tuple(suggestions)))


_SENIORITY, _FUNCTION = ids(SENIORITIES), ids(FUNCTIONS)
_LABELS: dict[TargetingType, Mapping[int, str]] = {
    "seniority": {each.id: each.label for each in SENIORITIES},
    "function": {each.id: each.label for each in FUNCTIONS},
}
SIZE_LABELS = {band.id: band.value for band in SIZE_BANDS}


def label_of(kind: TargetingType, number: int) -> str:
    """Return what people call the value of a seniority, a function or an industry; empty for unknown."""
    if kind == "industry":
        found = industries().get(number)
        return found.label if found else ""
    return _LABELS[kind].get(number, "")


def _of_kind(places: Iterable[Place], kind: str) -> frozenset[int]:
    return frozenset(place.id for place in places if place.kind == kind)
