"""Finding the values of targeting by what people type: the exact name first, then beginnings, then words, then what is spelt nearly so."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from campaigns.rules.targeting import places
from campaigns.rules.targeting.industries import industries
from campaigns.rules.targeting.tables import plain
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, Value

TargetingType = Literal["location", "title", "industry", "function", "seniority"]
TYPES: tuple[TargetingType, ...] = get_args(TargetingType)

_EXACT, _BEGINNING, _WORD, _SIMILAR = 1.0, 0.9, 0.8, 0.7  # scores of the ways to fit; what is similar gets a part of the last
_NEAR = 0.75  # of two spellings: fewer letters in common are another word
_SLACK = 2  # letters that a misspelt name may be longer or shorter
_UNUSUAL = 1000  # orders from here on are of small places and of other names
_MOST_PEOPLE = 100_000_000  # more than any city has
_OTHER_WORDS = {
    "c_suite": ("c level", "chief", "executive", "ceo", "cfo", "cto"),
    "vp": ("vice president",),
    "entry": ("junior", "individual contributor"),
    "senior": ("lead", "principal", "staff"),
    "intern": ("trainee", "student"),
    "hr": ("people", "talent"),
    "it": ("information technology",),
    "security": ("cybersecurity",),
    "data": ("analytics", "business intelligence"),
    "real_estate": ("property", "construction"),
    "public_sector": ("government",),
    "general_management": ("leadership", "founder", "ceo"),
    "supply_chain": ("procurement", "logistics", "purchasing"),
    "support": ("customer service", "help desk"),
    "healthcare": ("medical", "nursing"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """One value that a query may mean. `score` says how well it fits: 1 for its very name, less for a part or a likeness of it."""

    value: str
    label: str
    type: TargetingType
    score: float


@dataclass(frozen=True, slots=True)
class _Target:
    """What a name leads to; of those that fit equally well, the lowest `order` comes first."""

    value: str
    label: str
    order: float


@dataclass(frozen=True)
class _Index:
    """The names of one type, sorted, and what each leads to; `usual` are those that a misspelt query may have meant."""

    names: list[str]
    text: str  # the names, each on a line
    targets: dict[str, tuple[_Target, ...]]
    usual: list[str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, _Target]]) -> _Index:
        targets: dict[str, dict[_Target, None]] = {}
        for name, target in pairs:
            if name:
                targets.setdefault(name, {})[target] = None
        usual = [name for name, found in targets.items() if any(target.order < _UNUSUAL for target in found)]
        names = sorted(targets)
        return cls(names, "".join(f"{name}\n" for name in names), {name: tuple(found) for name, found in targets.items()}, sorted(usual))


def search(query: str, kind: TargetingType, *, limit: int = 10) -> list[Match]:
    """Return the values that the query may mean, the best first; each once, by the name of it that fits best."""
    asked, index = plain(query), _index(kind)
    best = {place.value: (_EXACT, _Target(place.value, place.label, order)) for order, place in enumerate(_places(query, kind))}
    for ways in (_by_beginning, _by_word, _by_likeness):
        if not asked or len(best) >= limit or (best and ways is _by_likeness):
            break
        for score, name in ways(asked, index):
            for target in index.targets[name]:
                if score > best.get(target.value, (0.0, target))[0]:
                    best[target.value] = (score, target)
    ranked = sorted(best.values(), key=lambda each: (-each[0], each[1].order, each[1].label))
    return [Match(target.value, target.label, kind, round(score, 2)) for score, target in ranked[:limit]]


def exact(query: str, kind: TargetingType) -> str:
    """Return the value that is called exactly so, of several the first; empty where none is."""
    found = _index(kind).targets.get(plain(query), ())
    return min(found, key=lambda target: target.order).value if found else ""


def _places(query: str, kind: TargetingType) -> list[places.Place]:
    """Return what a query such as `Paris, TX` means, which is no name of anything."""
    return places.named(query) if kind == "location" else []


def _by_beginning(asked: str, index: _Index) -> Iterator[tuple[float, str]]:
    for at in range(bisect_left(index.names, asked), len(index.names)):
        name = index.names[at]
        if not name.startswith(asked):
            return
        yield (_EXACT if name == asked else _BEGINNING), name


def _by_word(asked: str, index: _Index) -> Iterator[tuple[float, str]]:
    """Find the names of which a later word begins with the query: one text of all of them is searched fifty times as fast."""
    at = index.text.find(f" {asked}")
    while at >= 0:
        yield _WORD, index.text[index.text.rfind("\n", 0, at) + 1 : index.text.find("\n", at)]
        at = index.text.find(f" {asked}", index.text.find("\n", at))


def _by_likeness(asked: str, index: _Index) -> Iterator[tuple[float, str]]:
    """Find the usual names that are spelt nearly like the query; the first letter has to be right."""
    matcher: Any = SequenceMatcher(None, b=asked, autojunk=False)
    for at in range(bisect_left(index.usual, asked[0]), len(index.usual)):
        name = index.usual[at]
        if name[0] != asked[0]:
            return
        if abs(len(name) - len(asked)) > _SLACK:
            continue
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR and (likeness := matcher.ratio()) >= _NEAR:
            yield _SIMILAR * likeness, name


@cache
def _index(kind: TargetingType) -> _Index:
    return _Index.of(_NAMES[kind]())


def _location_names() -> Iterator[tuple[str, _Target]]:
    """Name all places: of the same name the countries first, then the regions, then the cities by their people; other names come last."""
    for name, found in places.names().items():
        for place in found:
            kind, people = place.rank
            is_usual = place.kind != "city" or (place.population >= places.WELL_KNOWN and name == plain(place.label.partition(",")[0]))
            yield name, _Target(place.value, place.label, kind + 1 + people / _MOST_PEOPLE + (0 if is_usual else _UNUSUAL))


def _title_names() -> Iterator[tuple[str, _Target]]:
    lines = files(__package__).joinpath("words", "occupations.tsv").read_text(encoding="utf-8").splitlines()
    for order, title in enumerate(line for line in lines if line and not line.startswith("#")):
        target = _Target(title, title, order)
        yield plain(title), target
        if title.startswith("Chief ") and title.endswith("Officer"):
            yield "".join(word[0] for word in plain(title).split()), target
        if title.startswith("Vice President "):
            short = plain(title).replace("vice president", "vp")
            yield from ((name, target) for name in (short, short.replace(" of ", " ")))


def _industry_names() -> Iterator[tuple[str, _Target]]:
    for each in industries().values():
        target = _Target(each.value, each.label, len(each.value))
        yield from ((plain(name), target) for name in (each.label, each.value, *each.synonyms))


def _value_names(values: tuple[Value, ...]) -> Iterator[tuple[str, _Target]]:
    for each in values:
        target = _Target(each.value, each.label, each.id)
        yield from ((plain(name), target) for name in (each.value, each.label, *_OTHER_WORDS.get(each.value, ())))


_NAMES: dict[TargetingType, Callable[[], Iterator[tuple[str, _Target]]]] = {
    "location": _location_names,
    "title": _title_names,
    "industry": _industry_names,
    "function": lambda: _value_names(FUNCTIONS),
    "seniority": lambda: _value_names(SENIORITIES),
}
