"""What a job title says: how senior somebody is, and what they work on. Read by tables of words in seven languages; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from campaigns.rules.targeting.tables import plain, table
from campaigns.rules.targeting.values import FUNCTIONS, SENIORITIES, UNKNOWN, ids

_SENIORITY = ids(SENIORITIES)
_FUNCTION = ids(FUNCTIONS)
_NEITHER = "-"
_WEAK = "~"  # a function that counts only where no other is named
_HELPERS = frozenset({"assistant", "assistants", "assistentin", "assistent", "assistante", "advisor", "adviser", "secretary"})
_FOR = frozenset({"to", "der", "des", "de", "for"})
_ENTRY, _INTERN = _SENIORITY["entry"], _SENIORITY["intern"]


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """The ids of a title's seniority and function; unknown where the words say nothing."""

    seniority: int
    function: int


@lru_cache(maxsize=100_000)
def title_facts(title: str) -> TitleFacts:
    """Read a title."""
    words = _own(plain(title).split())
    return TitleFacts(_seniority(words), _function(words))


def title_words(title: str) -> list[str]:
    """Return the words that a title is found by: "VP of Sales" and "Vice President, Sales" have the same ones."""
    written: dict[str, None] = {}
    for word in plain(title).split():
        written |= dict.fromkeys(_written_out().get(word, [word]))
    return list(written)


@cache
def _written_out() -> dict[str, list[str]]:
    return {short: meaning.split() for (short,), meaning in table("abbreviations").phrases.items()}


def _own(words: list[str]) -> list[str]:
    """Leave out whom somebody works for: the assistant to the CEO is none."""
    for at, word in enumerate(words[:-1]):
        if word in _HELPERS and words[at + 1] in _FOR:
            return words[: at + 2]
    return words


def _seniority(words: list[str]) -> int:
    """Return the highest rank that is named, but an intern stays one whatever they help with; a bare job is "entry"."""
    named = {_SENIORITY[found.meaning] for found in table("seniority").found_in(words) if found.meaning != _NEITHER}
    if _INTERN in named:
        return _INTERN
    if named:
        return min(named)
    return _ENTRY if any(table("alone").found_in(words)) else UNKNOWN


def _function(words: list[str]) -> int:
    """Return what the longest phrase names, the first of equally long ones; a weak word counts where it stands alone."""
    found = [each for each in table("function").found_in(words) if each.meaning != _NEITHER]
    strong = [each for each in found if not each.meaning.startswith(_WEAK)]
    best = max(strong or found, key=lambda each: (each.end - each.start, -each.start), default=None)
    return UNKNOWN if best is None else _FUNCTION[best.meaning.removeprefix(_WEAK)]
