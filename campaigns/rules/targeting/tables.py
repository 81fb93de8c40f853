"""Tables of words, and how a text is read by them: the longest phrase that fits wins, wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

LONGEST = 300  # characters of a text that are read
_NO_WORD = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Return a text in lower-case words without accents, punctuation or capitals, one space between them."""
    spelt = text[:LONGEST].casefold().replace("&", " and ").replace("+", " and ")
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter))
    return _NO_WORD.sub(" ", bare).strip()


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of a table in a text: which words it takes, and what the table says of it."""

    start: int
    end: int
    meaning: str


@dataclass
class Table:
    """Phrases and what they mean. One of a single word may begin or end with `*`: it fits every longer word of that end or beginning."""

    phrases: dict[tuple[str, ...], str] = field(default_factory=dict)
    beginnings: list[tuple[str, str]] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    longest: int = 1

    def found_in(self, words: list[str]) -> Iterator[Found]:
        """Find phrases from left to right, at each place the longest; none shares a word with another."""
        at = 0
        while at < len(words):
            found = self._at(words, at)
            if found is not None:
                yield found
            at = found.end if found is not None else at + 1

    def _at(self, words: list[str], at: int) -> Found | None:
        for length in range(min(self.longest, len(words) - at), 0, -1):
            meaning = self.phrases.get(tuple(words[at : at + length]))
            if meaning is not None:
                return Found(at, at + length, meaning)
        meaning = self._by_part(words[at])
        return None if meaning is None else Found(at, at + 1, meaning)

    def _by_part(self, word: str) -> str | None:
        for end, meaning in self.ends:
            if len(word) > len(end) and word.endswith(end):
                return meaning
        return next((meaning for beginning, meaning in self.beginnings if len(word) > len(beginning) and word.startswith(beginning)), None)


@cache
def table(name: str) -> Table:
    """Read a table of this package; a line is a phrase, a tab and its meaning, or the phrase alone."""
    made = Table()
    for line in files(__package__).joinpath("words", f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        phrase, _, meaning = line.partition("\t")
        if not phrase or phrase.startswith("#"):
            continue
        if phrase.startswith("*"):
            made.ends.append((phrase[1:], meaning))
        elif phrase.endswith("*"):
            made.beginnings.append((phrase[:-1], meaning))
        else:
            key = tuple(phrase.split())
            made.phrases[key] = meaning
            made.longest = max(made.longest, len(key))
    made.ends.sort(key=lambda each: -len(each[0]))
    made.beginnings.sort(key=lambda each: -len(each[0]))
    return made
