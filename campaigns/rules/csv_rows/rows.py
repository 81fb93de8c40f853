from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from campaigns.rules.csv_headers import ROW_FIELDS, meaning
from campaigns.rules.csv_rows.columns import Column
from campaigns.rules.csv_rows.faults import UnusualAddresses
from campaigns.rules.csv_rows.names import whole_name
from campaigns.rules.email_addresses import Refused, normalise

# As long as a lead can hold them.
LIMITS = {
    "full_name": 200,
    "first_name": 100,
    "last_name": 100,
    "company": 200,
    "title": 200,
    "website": 500,
    "linkedin_url": 500,
    "phone": 50,
    "city": 100,
    "country": 100,
}
MAX_CUSTOM = 10_000
_AS_TEXT = re.compile(r'\s*="([^"]*)"\s*')  # ="0049": how a spreadsheet is kept from taking a text for a number
_UNREADABLE = "\ufffd"

_SHORTEST = min(LIMITS.values())
# What programs write for "nothing". Case counts: Nan is a first name, nan is a number that is missing.
_NOTHING = frozenset(
    ("-", "--", "---", "\u2013", "\u2014", "n/a", "N/A", "#N/A", "NULL", "null", "(null)", "<null>", "nan", "NaN", "undefined", "#REF!")
)


class Row(NamedTuple):
    """One person of the file. Fields are "" and custom names are absent where the file says nothing."""

    line: int
    email: str
    full_name: str
    first_name: str
    last_name: str
    company: str
    title: str
    website: str
    linkedin_url: str
    phone: str
    city: str
    country: str
    custom: dict[str, str]

    @property
    def email_key(self) -> str:
        """The address in lower case: two rows with one key are one person."""
        return self.email.lower()


class RowMaker:
    """Turns the cells of a record into a row, for the columns of one file.

    Its text tells what to look for: unreadable letters, and the formulas that only hold a text.
    """

    def __init__(self, columns: Sequence[Column], text: str = "") -> None:
        self.width = len(columns)
        self._damaged = _UNREADABLE in text
        self._has_formulas = "=" in text and '="' in text  # to look for one letter first is cheap
        self._count_unusual = UnusualAddresses().count
        at = {column.field: column.position for column in columns if column.field != "custom"}
        self._email_at = at["email"]
        self._email_heading = columns[self._email_at].heading
        # A record gets one more, empty cell: that of the fields which the file has no column for.
        self._known = itemgetter(*(at.get(field, self.width) for field in ROW_FIELDS[1:]))
        self._custom = [(column.name, column.position) for column in columns if column.field == "custom"]

    def row(self, line: int, cells: list[str]) -> Row | Refused:
        """Return the person whom this record names, or why nobody can be written to because of it."""
        if len(cells) > self.width and any(map(str.strip, cells[self.width :])):
            return _too_many_cells(len(cells), self.width)
        if len(cells) != self.width:
            cells = [*cells, *[""] * self.width][: self.width]
        cells = [*map(_without_formula, cells), ""] if self._has_formulas else [*cells, ""]
        address = normalise(cells[self._email_at], before_slow_check=self._count_unusual)
        if isinstance(address, Refused):
            return _without_address(cells[self._email_at], address, self._email_heading)
        full, first, last, company, title, website, linkedin_url, phone, city, country = _tidied(self._known(cells))
        full, first, last = whole_name(full, first, last)
        if not linkedin_url and "linkedin.com/in/" in website:
            website, linkedin_url = "", website
        custom = {name: text for name, at in self._custom if (text := cells[at].strip())}
        row = Row(line, address.address, full, first, last, company, title, website, linkedin_url, phone, city, country, custom)
        if max(map(len, cells)) > _SHORTEST or self._damaged:
            return _fault_of(row) or row
        return row


def _tidied(cells: tuple[str, ...]) -> Iterable[str]:
    """Make all white space single blanks and leave out what programs write for nothing."""
    joined = "\0".join(cells)
    if " ".join(joined.split()) == joined and " \0" not in joined and "\0 " not in joined and _NOTHING.isdisjoint(cells):
        return cells
    tidy = (" ".join(cell.split()) for cell in cells)
    return ["" if value in _NOTHING else value for value in tidy]


def _without_formula(cell: str) -> str:
    found = _AS_TEXT.fullmatch(cell)
    return found[1] if found else cell


def _without_address(cell: str, refused: Refused, heading: str) -> Refused:
    if cell.strip() in _NOTHING:
        return Refused("no_email", "There is no e-mail address.")
    if meaning(cell) == "email" or " ".join(cell.split()) == heading:
        return Refused("repeated_header", "This is the header line again.")
    return refused


def _too_many_cells(number: int, width: int) -> Refused:
    reason = f"The row has {number} cells, the header line has {width}; put quotation marks around a value that contains the separator."
    return Refused("too_many_cells", reason)


def _fault_of(row: Row) -> Refused | None:
    known = row[2:-1]
    for field, value in (*zip(LIMITS, known, strict=True), *row.custom.items()):
        if len(value) > (allowed := LIMITS.get(field, MAX_CUSTOM)):
            reason = f"The {field.replace('_', ' ')} has {len(value):,} characters; {allowed:,} are allowed."
            return Refused("cell_too_long", reason)
    if _UNREADABLE in "".join(known):
        return Refused("unreadable_letters", f"A letter in this row could not be read ({_UNREADABLE}); save the file as CSV UTF-8.")
    return None
