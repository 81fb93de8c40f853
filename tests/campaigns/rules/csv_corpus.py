"""A corpus of dirty CSV files, each with its truth: made from seeds, so that it is the same on every machine.

The truth is written down while a file is made, from what its author meant, and never from what our reader makes of it:
the line and every cell of each row that must come out, the duplicates, the records that must be rejected and with which
code, or the fault of the whole file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, product
from random import Random
from typing import NamedTuple

from tests.campaigns.rules.csv_corpus_headings import HEADINGS, UNKNOWN
from tests.campaigns.rules.csv_corpus_people import NOTES, PEOPLE, Person

DELIMITERS = (",", ";", "\t", "|")
# ISO-8859-15 has eight letters of its own; without a declaration nobody can tell them from those of Windows-1252, so
# that its files hold none of them.
ENCODINGS = {
    "utf-8": (b"", "utf-8"),
    "utf-8 with mark": (codecs.BOM_UTF8, "utf-8"),
    "utf-16-le": (b"", "utf-16-le"),
    "utf-16-le with mark": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16-be": (b"", "utf-16-be"),
    "utf-16-be with mark": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "cp1252": (b"", "cp1252"),
    "iso-8859-15": (b"", "iso-8859-15"),
    "cp1250": (b"", "cp1250"),
}
_WESTERN = ("en", "de", "fr", "es", "pt", "it", "nl", "sv")
LANGUAGES = {"cp1252": _WESTERN, "iso-8859-15": _WESTERN, "cp1250": ("pl", "cs", "hu")}
LINE_ENDS = (("\r\n",), ("\n",), ("\r",), ("\r\n", "\n"), ("\r\n", "\n", "\r"))
QUOTINGS = ("all", "minimal", "some")
TEXTS = frozenset(("notes", "state", "industry", "reason", ""))  # they keep their lines; a field is one line


class Heading(NamedTuple):
    """A column as its author wrote and meant it; `field` is "" for a column that means none of the usual ones."""

    text: str
    field: str


class Cell(NamedTuple):
    """A cell whose bytes are not what it means; a raw one is written without looking for quotation marks."""

    written: str
    means: str
    raw: bool = False


class TrueRow(NamedTuple):
    line: int
    cells: tuple[str, ...]  # one per column


class TrueReject(NamedTuple):
    line: int
    code: str
    text: str


@dataclass(frozen=True)
class CorpusFile:
    """The bytes of one file and what must be read from them."""

    name: str
    data: bytes
    headings: tuple[Heading, ...] = ()
    header_line: int = 0
    rows: tuple[TrueRow, ...] = ()
    duplicates: tuple[int, ...] = ()
    rejected: tuple[TrueReject, ...] = ()
    fault: str = ""


@dataclass
class Sheet:
    """Writes one file and keeps the truth about it."""

    headings: tuple[Heading, ...]
    delimiter: str = ","
    line_ends: tuple[str, ...] = ("\r\n",)
    quoting: str = "minimal"
    break_in_cell: str = "\n"  # LF, as spreadsheets do
    seed: int = 0
    text: str = ""
    line: int = 1
    header_line: int = 0
    rows: list[TrueRow] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    rejected: list[TrueReject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ends = cycle(self.line_ends)
        self._random = Random(self.seed)

    def put(self, text: str) -> int:
        """Write a record as it is, and return its line."""
        end = next(self._ends)
        if not text and self.text.endswith("\r") and end.startswith("\n"):
            end = "\r\n"  # or it would be the second half of the line end before
        line = self.line
        self.text += text.replace("\n", self.break_in_cell) + end
        self.line += 1 + text.count("\n")
        return line

    def record(self, cells: Sequence[str | Cell]) -> str:
        return self.delimiter.join(map(self._quoted, cells))

    def header(self) -> None:
        self.header_line = self.put(self.record([heading.text for heading in self.headings]))

    def row(self, cells: Sequence[str | Cell], *, extra: str = "") -> None:
        """Write a person who must come out; cells that are missing are empty ones."""
        line = self.put(self.record(cells) + extra)
        filled = [*cells, *[""] * len(self.headings)][: len(self.headings)]
        self.rows.append(TrueRow(line, tuple(map(_meant, filled, self.headings))))

    def duplicate(self, cells: Sequence[str | Cell]) -> None:
        self.duplicates.append(self.put(self.record(cells)))

    def reject(self, cells: Sequence[str | Cell] | str, code: str) -> None:
        text = cells if isinstance(cells, str) else self.record(cells)
        self.rejected.append(TrueReject(self.put(text), code, text))

    def file(self, name: str, encoding: str = "utf-8", *, final_newline: bool = True) -> CorpusFile:
        mark, codec = ENCODINGS[encoding]
        text = self.text if final_newline else self.text.rstrip("\r\n")
        return self.of_bytes(name, mark + text.encode(codec))

    def of_bytes(self, name: str, data: bytes) -> CorpusFile:
        return CorpusFile(name, data, self.headings, self.header_line, tuple(self.rows), tuple(self.duplicates), tuple(self.rejected))

    def _quoted(self, cell: str | Cell) -> str:
        text = cell if isinstance(cell, str) else cell.written
        if isinstance(cell, Cell) and cell.raw:
            return text
        needed = any(mark in text for mark in (self.delimiter, '"', "\n", "\r"))
        if needed or self.quoting == "all" or (self.quoting == "some" and self._random.random() < 0.4):
            return '"' + text.replace('"', '""') + '"'
        return text


def _meant(cell: str | Cell, heading: Heading) -> str:
    if isinstance(cell, Cell):
        return cell.means
    return cell.strip() if heading.field in TEXTS else " ".join(cell.split())


def values(person: Person, number: int, language: str) -> dict[str, str]:
    """Everything that a list may say about a person."""
    domain = f"list-{number % 7}.example.org"
    return {
        "email": (f"person.{number}@{domain}", f"P{number}+fair@{domain}", f"o'neil_{number}@mail.{domain}")[number % 3],
        "first_name": person.first,
        "last_name": person.last,
        "full_name": f"{person.last} {person.first}" if language in {"hu", "ja", "zh"} else f"{person.first} {person.last}",
        "company": person.company,
        "title": person.title,
        "phone": ("+49 (0)30 / 12 34-56", "0221-555 01", "+1 212 555 0134 ext. 7", "")[number % 4],
        "city": person.city,
        "country": person.country,
        "website": ("https://www.example.org/a?b=c&d=e", "example.net", "")[number % 3],
        "linkedin_url": f"https://www.linkedin.com/in/person-{number}" if number % 2 else "",
        "state": ("NRW", "CA", "")[number % 3],
        "industry": "Software, IT",
        "reason": "New plant in May",
        "notes": (NOTES[language], "", "=1+1", f"First line.\nSecond line, {person.first}.", f'Says "{person.city}" is 5" wide')[
            number % 5
        ],
        "": ("1.234,56", "12,5", "3", "", "-7,25 %", "=SUM(A1:A9)")[number % 6],
    }


def regular_files() -> Iterator[CorpusFile]:
    """Every encoding with every delimiter, six times, each with other headings, line ends, quotation marks and dirt."""
    for number, (_, encoding, delimiter) in enumerate(product(range(6), ENCODINGS, DELIMITERS)):
        random = Random(number)
        languages = LANGUAGES.get(encoding, tuple(HEADINGS))
        language = languages[number % len(languages)]
        line_ends, quoting = LINE_ENDS[number % len(LINE_ENDS)], QUOTINGS[number % len(QUOTINGS)]
        sheet = Sheet(_some_headings(random, language, encoding), delimiter, line_ends, quoting, seed=number)
        if number % 7 == 0:
            sheet.put("Contacts of the spring fair")
            sheet.put("")
        sheet.header()
        for person in range(random.randint(12, 20)):
            _write_person(sheet, random, random.choice(languages), person, encoding)
        yield sheet.file(f"{number} {encoding} {delimiter!r} {language}", encoding, final_newline=number % 4 != 0)


def heading_files() -> Iterator[CorpusFile]:
    """Files of three people that use up every heading of every language."""
    for language, fields in HEADINGS.items():
        for turn in range(max(map(len, fields.values()))):
            headings = (Heading(texts[turn % len(texts)], meaning) for meaning, texts in fields.items())
            sheet = Sheet(tuple(headings), DELIMITERS[turn % len(DELIMITERS)])
            sheet.header()
            for number, person in enumerate(PEOPLE[language][:3]):
                known = values(person, number, language)
                sheet.row([known[heading.field] for heading in sheet.headings])
            yield sheet.file(f"headings {language} {turn}")


def _some_headings(random: Random, language: str, encoding: str) -> tuple[Heading, ...]:
    fields = HEADINGS[language]
    names = {"full_name"} if random.random() < 0.5 else {"first_name", "last_name"}
    others = {field for field in fields if not field.endswith("_name") and random.random() < 0.8}
    meanings = [field for field in fields if field in names | others | {"email"}]
    if random.random() < 0.4:
        random.shuffle(meanings)
    headings = [Heading(_decorated(random, random.choice(fields[meaning])), meaning) for meaning in meanings]
    return tuple(headings + [Heading(text, "") for text in random.sample(UNKNOWN, 2) if _can_write(text, encoding)])


def _decorated(random: Random, heading: str) -> str:
    plain = heading.isascii() and "_" not in heading
    dresses = [heading, heading, heading, f" {heading} ", f"{heading}:", heading.upper() if plain else heading]
    return random.choice([*dresses, heading.lower(), heading.replace(" ", "_") if plain else heading])


def _can_write(text: str, encoding: str) -> bool:
    """Whether the encoding has these letters, and none of them is one that only its sister has there."""
    try:
        coded = text.encode(ENCODINGS[encoding][1])
    except UnicodeEncodeError:
        return False
    return encoding != "iso-8859-15" or coded.decode("cp1252", "replace") == text


def _write_person(sheet: Sheet, random: Random, language: str, number: int, encoding: str) -> None:
    known = values(random.choice(PEOPLE[language]), number, language)
    written = {field: text for field, text in known.items() if _can_write(text, encoding)}
    cells = [written.get(heading.field, "") for heading in sheet.headings]
    sheet.row(cells, extra=sheet.delimiter * 2 if random.random() < 0.1 else "")
    if random.random() < 0.4:
        random.choice(_DIRT)(sheet, cells, number)


def _with_email(sheet: Sheet, cells: Sequence[str | Cell], email: str | Cell) -> list[str | Cell]:
    return [email if heading.field == "email" else cell for heading, cell in zip(sheet.headings, cells, strict=True)]


def _too_many(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    sheet.reject([*_with_email(sheet, cells, f"wide{number}@example.org"), "one more"], "too_many_cells")


def _too_few(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    kept = max(at for at, heading in enumerate(sheet.headings) if heading.field in {"email", "last_name", "full_name"}) + 1
    sheet.row(_with_email(sheet, cells, f"short{number}@example.org")[:kept])


def _no_address(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    sheet.reject(_with_email(sheet, [cell or "x" for cell in cells], ("", "n/a", "-", "  ")[number % 4]), "no_email")


def _bad_address(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    bad = ("ada.example.com", "ada@", "@example.com", "ada@@example.com", "ada@example..com", "see above")[number % 6]
    sheet.reject(_with_email(sheet, cells, bad), "invalid_email")


def _two_addresses(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    both = (f"a{number}@example.org; b@example.org", f"a{number}@example.org, b@example.org", f"a{number}@example.org\nb@example.org")
    sheet.reject(_with_email(sheet, cells, both[number % 3]), "several_addresses")


def _wrapped(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    address = f"wrapped{number}@example.org"
    shapes = (f"Ada <{address}>", f'"Lovelace, Ada" <{address}>', f"mailto:{address}", f"<{address}>", f"  {address} ", f"{address};")
    sheet.row(_with_email(sheet, cells, Cell(shapes[number % 6], address)))


def _again(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    (address,) = (cell for cell, heading in zip(cells, sheet.headings, strict=True) if heading.field == "email")
    sheet.duplicate(_with_email(sheet, cells, str(address).upper() if number % 2 else f"Ada <{address}>"))


def _header_again(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    sheet.reject([heading.text for heading in sheet.headings], "repeated_header")


def _nothing(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    sheet.put(("", "   ", sheet.delimiter * (len(cells) - 1), sheet.delimiter.join(['""'] * len(cells)))[number % 4])


def _says_nothing(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    word = ("N/A", "NULL", "-", "#N/A", "nan")[number % 5]
    without = [cell if heading.field in TEXTS else Cell(word, "") for cell, heading in zip(cells, sheet.headings, strict=True)]
    sheet.row(_with_email(sheet, without, f"nothing{number}@example.org"))


def _untidy(sheet: Sheet, cells: Sequence[str], number: int) -> None:
    sheet.row(_with_email(sheet, [f"  {cell}  " if cell else "" for cell in cells], f"untidy{number}@example.org"))


_DIRT = (
    *(_too_many, _too_few, _no_address, _bad_address, _two_addresses, _wrapped),
    *(_again, _header_again, _nothing, _says_nothing, _untidy),
)
