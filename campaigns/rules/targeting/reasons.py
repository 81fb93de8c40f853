"""Why somebody is in an audience: the values of theirs that were asked for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from campaigns.rules.targeting.audience import Facets
from campaigns.rules.targeting.resolving import SIZE_LABELS, label_of
from campaigns.rules.targeting.titles import title_words

ANYBODY = "Nothing was asked for but that they can be written to."


class Facts(Protocol):
    """What is known of a person, by the names of the facets."""

    title: str
    location: str
    seniority: int
    function: int
    industry: int
    size_band: int
    technologies: list[int]


def reason(include: Facets, person: Facts, *, technologies: dict[int, str]) -> str:
    """Say in a sentence what of the person fits; `technologies` are the names of those that were asked for."""
    return "; ".join(part for part in _parts(include, person, technologies) if part) or ANYBODY


def _parts(include: Facets, person: Facts, technologies: dict[int, str]) -> Iterator[str]:
    if include.seniorities:
        yield f"seniority {label_of('seniority', person.seniority)}"
    if include.functions:
        yield f"function {label_of('function', person.function)}"
    if include.titles:
        yield _title(include.titles, person.title)
    if include.countries or include.regions or include.cities:
        yield f"in {person.location}"
    if include.industries:
        yield f"industry {label_of('industry', person.industry)}"
    if include.size_bands:
        yield f"{SIZE_LABELS.get(person.size_band, 'unknown')} employees"
    if include.technologies:
        yield f"uses {', '.join(technologies[each] for each in person.technologies if each in technologies)}"


def _title(titles: tuple[tuple[str, ...], ...], title: str) -> str:
    words = set(title_words(title))
    fits = next((" ".join(each) for each in titles if words.issuperset(each)), "")
    return f"the title has “{fits}”"
