"""Leads that come one by one or from a directory, as the file that they would have stood in: all leads are read by one reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

Record = Mapping[str, str]


def as_csv(records: Sequence[Record]) -> bytes:
    """Write records as a CSV file: a column for each name that any of them has, and one line for each record, however its values break."""
    names = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([" ".join(record.get(name, "").split()) for name in names] for record in records)
    return text.getvalue().encode()


def number_of(line: int) -> int:
    """Return which of the records stands on a line of that file; the first is 1."""
    return line - 1
