"""An audience: which values of which facets somebody must have, and which not. Ids only; words become ids in `resolving`."""

from __future__ import annotations

from dataclasses import dataclass, field

Ids = frozenset[int]


@dataclass(frozen=True, slots=True)
class Facets:
    """Values of each facet. Within one facet any of them will do; countries, regions and cities are one facet, the place.

    Industries and size bands are complete: whoever asked for a sector has all that lies in it here. A title is a set of words that all
    have to stand in it.
    """

    countries: Ids = frozenset()
    regions: Ids = frozenset()
    cities: Ids = frozenset()
    seniorities: Ids = frozenset()
    functions: Ids = frozenset()
    industries: Ids = frozenset()
    size_bands: Ids = frozenset()
    technologies: Ids = frozenset()
    titles: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """Whoever has what each included facet asks for, and nothing of what is excluded.

    `around` are the countries that the included regions and cities lie in: they narrow nothing, but let the index begin there.
    """

    include: Facets = field(default_factory=Facets)
    exclude: Facets = field(default_factory=Facets)
    around: Ids = frozenset()
