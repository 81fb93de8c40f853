from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

# A record takes the lines from `start` up to `end`; its cells are None where a quotation mark is not closed.
Record = tuple[int, int, list[str] | None]

_RESCANS = 3
# A quotation mark behind a backslash that no end of a cell follows: the program wrote \" for "" (PHP and MySQL do).
_BACKSLASH_INSIDE = re.compile(r'(?<!\\)\\"(?=[^,;\t|"\n])')
_BACKSLASHES = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


def split_lines(text: str) -> list[str]:
    """Return the physical lines, whether CRLF, CR or LF ends them; each comes with LF."""
    return list(StringIO(text, newline=None))


def with_doubled_quotes(lines: list[str]) -> list[str]:
    """Write quotation marks behind a backslash as everybody else does, in those lines that clearly mean them so."""
    return [_BACKSLASHES.sub(r'\1""', line) if '\\"' in line and _BACKSLASH_INSIDE.search(line) else line for line in lines]


def records(lines: list[str], delimiter: str, start: int = 0) -> Iterator[Record]:
    """Read the records one by one; a quotation mark that is not closed costs its own line, not the lines below.

    Such a mark swallows lines up to the next mark, or the rest of the file. What it swallowed is read again; the
    allowance keeps a file made of such marks from taking time that grows with the square of its length.
    """
    allowance = _RESCANS * sum(map(len, lines))  # in characters: lines without any would buy time for long ones
    while start < len(lines):
        offset = start
        reader = csv.reader(_from(lines, start), delimiter=delimiter, skipinitialspace=True)
        try:
            for cells in reader:
                end = offset + reader.line_num
                if (end - start > 1 or end == len(lines)) and _is_open(lines[start:end], delimiter):
                    break
                yield start, end, cells
                start = end
            else:
                return
        except csv.Error:  # a cell over the library's limit of 131,072 characters
            end = offset + reader.line_num
        allowance -= sum(map(len, lines[start:end]))
        resume = start + 1 if allowance > 0 else end
        yield start, resume, None
        start = resume


def _from(lines: list[str], start: int) -> Iterator[str]:
    return iter(lines) if start == 0 else (lines[at] for at in range(start, len(lines)))


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Say whether a quotation mark in this record is not closed, or is closed by one that opens another cell."""
    if len(lines) == 1:
        reader = csv.reader([*lines, "\n"], delimiter=delimiter, skipinitialspace=True)
        next(reader)
        return reader.line_num > 1
    try:
        list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        if '" ' not in "".join(lines):
            return True
        closing = re.compile(f'" ++(?=[{re.escape(delimiter)}\n])')
        tidy = [closing.sub('"', line) for line in lines]  # blanks between a closing mark and the separator do no harm
        return tidy == lines or _is_open(tidy, delimiter)
    return False
