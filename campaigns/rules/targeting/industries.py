"""Industries by NAICS 2022: twenty sectors, their subsectors, and the groups that sales people ask for; the code is the id.

The hierarchy is in the code: 5132, software publishers, lies in 513, publishing, and that in 51. LinkedIn's list has no open licence,
so its names are not here as a list; words that people use for an industry are read by our own synonyms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from campaigns.rules.targeting.tables import plain
from campaigns.rules.targeting.values import UNKNOWN

_RANGES = {31: (31, 33), 44: (44, 45), 48: (48, 49)}  # sectors of more than one number


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry: its NAICS code as the id, its official title, and the other words for it."""

    id: int
    label: str
    synonyms: tuple[str, ...]

    @property
    def value(self) -> str:
        """How programs pass it: the code, for a sector with its range."""
        first, last = _RANGES.get(self.id, (self.id, self.id))
        return str(first) if first == last else f"{first}-{last}"


@cache
def industries() -> dict[int, Industry]:
    """Return all industries by their id."""
    lines = files(__package__).joinpath("words", "industries.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {int(code): Industry(int(code), label, tuple(synonyms.split("; "))) for code, label, synonyms in rows}


def sector_of(industry: int) -> int:
    """Return the sector that an industry lies in."""
    first = int(str(industry)[:2])
    return next((sector for sector, (low, high) in _RANGES.items() if low <= first <= high), first)


@cache
def within(industry: int) -> frozenset[int]:
    """Return an industry with everything that lies in it: who asks for publishing asks for software publishers too."""
    if industry < 100:
        return frozenset(each for each in industries() if sector_of(each) == industry)
    return frozenset(each for each in industries() if str(each).startswith(str(industry)))


def industry_of(text: str) -> int:
    """Return the industry that a text names, by its code, its title or a synonym as a whole; unknown where none is called so."""
    return _by_name().get(plain(text), UNKNOWN)


@cache
def _by_name() -> dict[str, int]:
    """Return the ids by every name; a synonym never hides the title of another industry."""
    names: dict[str, int] = {}
    for each in industries().values():
        for synonym in each.synonyms:
            names[plain(synonym)] = each.id
    for each in industries().values():
        names |= {plain(each.label): each.id, plain(each.value): each.id, str(each.id): each.id}
    return names
