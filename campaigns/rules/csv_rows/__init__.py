"""Read a CSV file of people as they come out of spreadsheets and CRMs: any usual encoding, separator and heading.

Every record below the header line ends as a row, a duplicate or a rejected record; the three numbers add up to the
number of data rows. Lines without any content are no data. Only what makes the whole file unreadable is raised, as a
`CsvFault`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from campaigns.rules.csv_rows.columns import Column
from campaigns.rules.csv_rows.decoding import decode
from campaigns.rules.csv_rows.faults import (
    HEADER_EXAMPLE,
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNUSUAL,
    CsvFault,
    check_size,
    no_rows,
    too_many_rows,
)
from campaigns.rules.csv_rows.layout import DELIMITERS, layout_of
from campaigns.rules.csv_rows.records import records, split_lines, with_doubled_quotes
from campaigns.rules.csv_rows.rows import LIMITS, MAX_CUSTOM, Row, RowMaker
from campaigns.rules.email_addresses import Refused

__all__ = [
    "DELIMITERS",
    "HEADER_EXAMPLE",
    "LIMITS",
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_CUSTOM",
    "MAX_ROWS",
    "MAX_UNUSUAL",
    "Column",
    "CsvFault",
    "CsvTable",
    "Duplicate",
    "Rejected",
    "Row",
    "check_size",
    "read",
    "texts_of",
]


class Rejected(NamedTuple):
    """A record that names nobody who can be written to."""

    line: int
    code: str
    reason: str
    text: str


class Duplicate(NamedTuple):
    """A record with an address that stands further up in the file already; the first one counts."""

    line: int
    email: str
    first_line: int
    text: str

    @property
    def reason(self) -> str:
        """The sentence to show."""
        return f"{self.email} stands in line {self.first_line} already; the first one counts."


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file as it was understood. `text` of a record is the original without characters that cannot be seen."""

    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[Column, ...]
    rows: list[Row]
    duplicates: list[Duplicate]
    rejected: list[Rejected]

    @property
    def data_rows(self) -> int:
        """All records below the header line that have any content."""
        return len(self.rows) + len(self.duplicates) + len(self.rejected)


def read(data: bytes) -> CsvTable:
    """Read a whole file, or raise the `CsvFault` that keeps it from being read. The size is the caller's to check."""
    text, encoding = decode(data)
    originals, lines = _lines_of(text)
    layout = layout_of(lines)
    table = CsvTable(encoding, layout.delimiter, layout.header_line, layout.columns, [], [], [])
    _sort_records(table, originals, lines, layout.body, RowMaker(layout.columns, text))
    if not table.data_rows:
        raise no_rows()
    return table


def texts_of(data: bytes, table: CsvTable, rows: Sequence[Row]) -> list[str]:
    """Return what stands in a file, which was read into this table, for some of its rows."""
    originals, lines = _lines_of(decode(data)[0])
    ends = {begin: end for begin, end, _ in records(lines, table.delimiter, table.header_line - 1)}
    return [_text(originals, row.line - 1, ends[row.line - 1]) for row in rows]


def _lines_of(text: str) -> tuple[list[str], list[str]]:
    """Return the lines as they stand in the file, and as they are read."""
    originals = split_lines(text)
    return originals, with_doubled_quotes(originals) if "\\" in text else originals


def _sort_records(table: CsvTable, originals: list[str], lines: list[str], start: int, maker: RowMaker) -> None:
    first_lines: dict[str, int] = {}
    for begin, end, cells in records(lines, table.delimiter, start):
        if begin > MAX_ROWS and table.data_rows > MAX_ROWS:
            raise too_many_rows()
        row = maker.row(begin + 1, cells) if cells is not None else _unclosed(originals[begin])
        if isinstance(row, Refused):
            if cells is None or any(map(str.strip, cells)):
                table.rejected.append(Rejected(begin + 1, row.code, row.reason, _text(originals, begin, end)))
        elif (first := first_lines.setdefault(row.email_key, row.line)) == row.line:
            table.rows.append(row)
        else:
            table.duplicates.append(Duplicate(row.line, row.email, first, _text(originals, begin, end)))


def _unclosed(line: str) -> Refused:
    if len(line) > MAX_CUSTOM:
        return Refused("cell_too_long", f"A cell of this row is far too long; {MAX_CUSTOM:,} characters are allowed.")
    return Refused(
        "unclosed_quote", "A quotation mark opens in this row and is not closed; close it, or write it twice inside a quoted cell."
    )


def _text(lines: list[str], begin: int, end: int) -> str:
    return "".join(lines[begin:end]).rstrip("\n")
