"""Writes one CSV file together with the truth about it.

The truth is written down with the data, before a byte of the file exists: it knows nothing of the reader.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from random import Random
from typing import NamedTuple

from tests.campaigns.rules import csv_corpus_words as words

NOTHING = frozenset(("", "-", "n/a", "N/A", "#N/A", "NULL", "null"))
UNREADABLE = "\udcff"  # stands in a text where the file gets a byte or a unit that its encoding does not have
NEVER_SEEN = dict.fromkeys(map(ord, "\x00\u200b\xad\ufeff"))
NEWLINES = ("\n", "\r\n", "\r")
FIELDS = ["email", "full_name", "first_name", "last_name", "company", "title", "website", "linkedin_url", "phone", "city", "country"]


class Encoding(NamedTuple):
    """How the text of a file becomes bytes."""

    name: str
    codec: str
    mark: bytes = b""


ENCODINGS = (
    Encoding("utf-8", "utf-8"),
    Encoding("utf-8 with mark", "utf-8", codecs.BOM_UTF8),
    Encoding("utf-16-le with mark", "utf-16-le", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be with mark", "utf-16-be", codecs.BOM_UTF16_BE),
    Encoding("utf-16-le", "utf-16-le"),
    Encoding("utf-16-be", "utf-16-be"),
    Encoding("cp1252", "cp1252"),
    Encoding("iso-8859-1", "iso-8859-1"),
)


class Expected(NamedTuple):
    """What must become of one record: the cells of a row, or the code it is turned away with."""

    line: int
    outcome: str  # "row", "duplicate" or the code of a rejected record
    cells: dict[str, str]  # by field, or by "custom." and the name of the column
    text: str


@dataclass(frozen=True)
class CorpusFile:
    """One file of the corpus and what must come out of it."""

    name: str
    data: bytes
    headings: list[tuple[str, str]] = field(default_factory=list)  # each with its field, or with "custom." and a name
    expected: list[Expected] = field(default_factory=list)
    fault: str = ""  # the code of the fault, where the file as a whole cannot be read


class _Record(NamedTuple):
    text: str
    outcome: str  # "" where the lines are no data
    cells: dict[str, str]


def written_in(text: str, encoding: Encoding) -> bytes:
    """Encode a text; the mark of an unreadable letter becomes what this encoding cannot read."""
    if encoding.codec.startswith("utf-16"):
        return encoding.mark + text.replace(UNREADABLE, "\ud800").encode(encoding.codec, "surrogatepass")
    if encoding.codec == "cp1252":
        text = text.replace(UNREADABLE, "\udc81")
    return encoding.mark + text.encode(encoding.codec, "surrogateescape")


@cache
def can_write(text: str, encoding: Encoding) -> bool:
    try:
        written_in(text, encoding)
    except UnicodeEncodeError:
        return False
    return True


def seen(text: str) -> str:
    """A field as a person sees it on one line."""
    value = " ".join(text.translate(NEVER_SEEN).split())
    return "" if value in NOTHING else value


def seen_in_lines(text: str) -> str:
    """A text as a person sees it, with its lines."""
    text = text.translate(NEVER_SEEN).replace(UNREADABLE, "\ufffd")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", " ").strip()


class Headings:
    """Hands out spellings so that every one is used before any comes again."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def take(self, column: str, encoding: Encoding, choices: tuple[str, ...]) -> str:
        usable = [each for each in choices if can_write(each, encoding)]
        chosen = min(usable, key=lambda each: self._used.get(column + each, 0))
        self._used[column + chosen] = self._used.get(column + chosen, 0) + 1
        return chosen


# What else becomes of headings on their way from one program to the next.
_DRESSES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda heading: f"  {heading}\u00a0",
    lambda heading: heading.replace(" ", "\n"),
    lambda heading: unicodedata.normalize("NFD", heading),
    lambda heading: f"{heading}:",
    lambda heading: f"\u200b{heading}\ufeff",
    lambda heading: f'"{heading}"',
)


class FileWriter:
    """Writes one file and its truth, record by record."""

    def __init__(self, number: int, encoding: Encoding, delimiter: str, style: str, headings: Headings) -> None:
        self.draw = Random(number)
        self.number, self.encoding, self.delimiter, self.style = number, encoding, delimiter, style
        self.columns = self._columns(headings)
        self.people = self._people()
        self.records: list[_Record] = []
        self._written = 0

    def _columns(self, headings: Headings) -> list[tuple[str, str]]:
        """Choose the columns and their order; every third file has two half names, of which some are just "name"."""

        def take(column: str) -> tuple[str, str]:
            return headings.take(column, self.encoding, words.HEADINGS[column]), column

        if self.number % 3 == 0:
            pairs = [pair for pair in words.NAME_PAIRS if can_write("".join(pair), self.encoding)]
            given, family = pairs[self.number // 3 % len(pairs)]
            names = [(given, "first_name"), (family, "last_name")]
        elif self.number % 3 == 1:
            names = [take("full_name")]
        else:
            names = [take("first_name"), take("last_name")]
        more = self.draw.sample(("website", "linkedin_url", "phone", "city", "country", "state", "industry", "reason"), 5)
        heading, name = words.UNKNOWN[self.number % len(words.UNKNOWN)]
        self.unknown = f"custom.{name}"
        columns = [*names, *map(take, ("email", "company", "title", "notes", *more)), (heading, self.unknown)]
        self.draw.shuffle(columns)
        dress = _DRESSES[self.number // 7 % len(_DRESSES)]
        columns = [(dressed if self._fits(dressed := dress(heading)) else heading, each) for heading, each in columns]
        return [(heading, f"custom.{each}" if each in ("state", "industry", "reason", "notes") else each) for heading, each in columns]

    def _people(self) -> Iterator[tuple[str, str]]:
        people = [each for each in (*words.LATIN_PEOPLE, *words.WINDOWS_PEOPLE, *words.WORLD_PEOPLE) if self._fits("".join(each))]
        self.draw.shuffle(people)
        return cycle(people)

    def _fits(self, text: str) -> bool:
        return can_write(text, self.encoding)

    def _one_of(self, *choices: str) -> str:
        return self.draw.choice([each for each in choices if self._fits(each)])

    def person(self) -> dict[str, str]:
        """Make up the cells of one person, as they are before anything is written."""
        first, last = next(self.people)
        self._written += 1
        address = f"p{self.number}.{self._written}@mail{self._written}.example.com"
        full = f"{last} {first}" if last in words.FAMILY_FIRST else f"{first} {last}"
        return {
            "email": address,
            "full_name": full,
            "first_name": first,
            "last_name": last,
            "company": self._one_of(*words.LATIN_COMPANIES, *words.WINDOWS_COMPANIES, *words.WORLD_COMPANIES),
            "title": self._one_of(*words.TITLES),
            "website": self._one_of("https://example.com/?a=1,2;3|4", "example.org", "", "https://müller.example/"),
            "linkedin_url": self._one_of("https://www.linkedin.com/in/ada", "", "linkedin.com/in/zoë"),
            "phone": self._one_of(*words.PHONES),
            "city": self._one_of(*words.CITIES),
            "country": self._one_of(*words.COUNTRIES),
            "custom.notes": self._one_of(*words.NOTES),
            "custom.state": self._one_of("Baden-Württemberg", "SP", ""),
            "custom.industry": self._one_of("Öl, Gas; Strom", "Software", "山業", ""),
            "custom.reason": self._one_of("You spoke at “Été”.", "You hire.\nA lot.", "Saw your post; liked it", ""),
            self.unknown: self._one_of("12", "1,5", "ñandú", ""),
        }

    def truth(self, cells: dict[str, str]) -> dict[str, str]:
        """What must come out for these cells; half names make a whole one, and the other way round."""
        present = {each for _, each in self.columns}
        shown = {each: seen(cells.get(each, "")) if each in present else "" for each in FIELDS}
        shown |= {each: seen_in_lines(cells.get(each, "")) for each in present if each not in FIELDS}
        if "full_name" in present:
            return shown | ({each: cells[each] for each in ("first_name", "last_name")} if shown["full_name"] else {})
        return shown | {"full_name": f"{shown['first_name']} {shown['last_name']}".strip()}

    def cell(self, value: str) -> str:
        """Write one cell the way this file does."""
        needed = any(mark in value for mark in (self.delimiter, '"', "\n", "\r")) or value != value.strip(" ")
        if not needed and self.style != "all":
            return value
        padding = (" ", " ") if self.style == "spaced" and self.delimiter != "\t" else ("", "")
        return value.replace('"', '""').join('""').join(padding)

    def line(self, cells: dict[str, str]) -> str:
        return self.delimiter.join(self.cell(cells.get(each, "")) for _, each in self.columns)

    def header(self) -> str:
        return self.delimiter.join(self.cell(heading) for heading, _ in self.columns)

    def add(self, text: str, outcome: str = "", cells: dict[str, str] | None = None) -> None:
        self.records.append(_Record(text, outcome, cells or {}))

    def add_row(self, cells: dict[str, str], *, email: str = "") -> None:
        """Add a person who must come out, with the address as it is written, where that differs from what must come out."""
        self.add(self.line(cells | {"email": email or cells["email"]}), "row", self.truth(cells))

    def plain(self, **changed: str) -> dict[str, str]:
        """The cells of a record that is turned away: without what the reader may tidy, so that its text can be compared."""
        bare = {each: "" for each in self.person() if each.startswith("custom.")}
        return self.person() | bare | {"company": "Plain Ltd", "title": "CEO"} | changed

    def finished(self, line_end: str, *, final_newline: bool, above: str = "") -> CorpusFile:
        """Put the records together with line ends, find out in which line each begins, and encode the whole."""
        ends = NEWLINES if line_end == "mixed" else (line_end,)
        pieces, expected, line = [""], [], 1
        for record in (_Record(above + self.header(), "", {}), *self.records):
            if record.outcome:
                expected.append(Expected(line, record.outcome, record.cells, _one_newline(record.text.translate(NEVER_SEEN))))
            pieces.append(record.text + self.draw.choice(ends))
            # A blank line that ends with LF behind a line that ends with CR is no line: the two are one CRLF.
            line += _one_newline(pieces[-1]).count("\n") - (pieces[-2].endswith("\r") and pieces[-1].startswith("\n"))
        text = "".join(pieces)
        text = text if final_newline else text.rstrip("\r\n")
        name = f"{self.number}: {self.encoding.name}, {self.delimiter!r}, {line_end!r}, quotes {self.style}"
        return CorpusFile(name, written_in(text, self.encoding), self.columns, expected)


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
