from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from campaigns.rules.csv_headers import meaning
from campaigns.rules.csv_rows import faults
from campaigns.rules.csv_rows.columns import Column, columns_of
from campaigns.rules.csv_rows.records import records
from campaigns.rules.email_addresses import Address, normalise

DELIMITERS = (",", ";", "\t", "|")

_DECLARED = re.compile(r'"?sep=([^\w\s"]|\t)\1*"?\s*', re.IGNORECASE)
_SAMPLE = 100
_SAMPLE_LINES = 1_000
_HEADER_WITHIN = 10  # CRMs put a title or a note above the header line

_OWNER = re.compile(r"[^@]{1,60}:|(?:\w+ )?(?:owner|author|user|account)|\w+ (?:by|von|par|por|da|door|av)", re.IGNORECASE)


class Layout(NamedTuple):
    """How the file is written: what separates its cells, what its columns mean and where its rows begin."""

    delimiter: str
    header_line: int  # counted from 1
    columns: tuple[Column, ...]
    body: int  # the index of the first line below the header


class _Row(NamedTuple):
    start: int
    end: int
    cells: list[str]


def layout_of(lines: list[str]) -> Layout:
    """Find out how the file is written from its first lines, or raise the fault that keeps it from being read."""
    start = next((at for at, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise faults.empty_file()
    declared = _DECLARED.fullmatch(lines[start])
    first_lines = lines[: start + _SAMPLE_LINES]
    delimiters = (declared[1],) if declared else DELIMITERS
    samples = {each: _sample(first_lines, each, start + 1 if declared else start) for each in delimiters}
    delimiter = max(samples, key=lambda each: _likelihood(samples[each]))
    if not samples[delimiter]:
        raise faults.empty_file()
    return _layout(lines, delimiter, samples[delimiter])


def _layout(lines: list[str], delimiter: str, rows: list[_Row]) -> Layout:
    at = _header_of(rows)
    header = rows[at]
    if _has_address(header):
        raise faults.no_header("".join(lines[header.start : header.end]).strip())
    if len(header.cells) > faults.MAX_COLUMNS:
        raise faults.too_many_columns(len(header.cells))
    named = "email" in map(meaning, header.cells)
    columns = columns_of(header.cells, None if named else _email_column(header.cells, rows[at + 1 :]))
    return Layout(delimiter, header.start + 1, columns, header.end)


def _sample(lines: list[str], delimiter: str, start: int) -> list[_Row]:
    read = records(lines, delimiter, start)
    filled = (_Row(start, end, cells) for start, end, cells in read if cells and any(map(str.strip, cells)))
    return list(islice(filled, _SAMPLE))


def _likelihood(rows: list[_Row]) -> tuple[bool, int, float, int]:
    """How well a delimiter explains the file: headings that are understood come first, then rows as wide as the header."""
    if not rows:
        return False, 0, 0.0, 0
    at = _header_of(rows)
    width = len(rows[at].cells)
    meant = _meant(rows[at])
    as_wide = sum(len(row.cells) == width for row in rows[at + 1 :]) / len(rows) if width > 1 else 0.0
    return "email" in meant, len(meant), as_wide, width


def _header_of(rows: list[_Row]) -> int:
    """The first row with an e-mail heading or two other usual ones, above any address; otherwise the first row.

    A row that says whose list this is may stand above it, address and all.
    """
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        meant = _meant(row)
        if "email" in meant or len(meant) > 1:
            return index
        if _has_address(row) and not _names_owner(row):
            break
    return 0


def _names_owner(row: _Row) -> bool:
    said = [cell.strip() for cell in row.cells if cell.strip()]
    return len(said) == 2 and _OWNER.fullmatch(said[0]) is not None


def _meant(row: _Row) -> set[str]:
    return {field for field in map(meaning, set(row.cells)) if field}


def _email_column(headings: list[str], rows: list[_Row]) -> int:
    """The one column most of whose cells are addresses, for a file whose headings do not say which one it is."""
    cells = [(at, cell) for row in rows for at, cell in enumerate(row.cells[: len(headings)]) if cell.strip()]
    filled = Counter(at for at, _ in cells)
    count_unusual = faults.UnusualAddresses().count
    addresses = Counter(at for at, cell in cells if _is_address(cell, count_unusual))
    candidates = [at for at, number in addresses.items() if number * 2 > filled[at]]
    if not candidates:
        raise faults.no_email_column(headings)
    if len(candidates) > 1:
        raise faults.unclear_email_column([headings[at] for at in sorted(candidates)])
    return candidates[0]


def _has_address(row: _Row) -> bool:
    return any(map(_is_address, row.cells[: faults.MAX_COLUMNS]))


def _is_address(cell: str, count_unusual: Callable[[], None] | None = None) -> bool:
    return "@" in cell and isinstance(normalise(cell, before_slow_check=count_unusual), Address)
