"""Files of people: CSV, JSON Lines or Parquet, read a row at a time however large they are."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from campaigns.rules.directory.columns import fields_of
from rocketsdr.lib.errors import Invalid

DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024  # characters in which the delimiter is looked for
_LONGEST_CELL = 1024 * 1024
_BATCH = 10_000  # rows of a Parquet file that are in memory
_BLOCK = 1024 * 1024

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number, the first is 1, what its fields say (None where it cannot be read), and how many bytes lie behind it."""

    number: int
    fields: Fields | None
    read: int


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()


def records(path: Path) -> Iterator[Record]:
    """Read a file by its ending: .csv, .tsv, .jsonl, .ndjson or .parquet; .gz behind the first four is unpacked."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv", ".txt")):
        return _csv(path)
    if name.endswith((".jsonl", ".ndjson")):
        return _json_lines(path)
    if name.endswith(".parquet"):
        return _parquet(path)
    raise Invalid(
        f"{path.name} is of no kind that can be loaded.", field="file", fix="Give a .csv, .tsv, .jsonl, .ndjson or .parquet file."
    )


@contextmanager
def _text(path: Path) -> Iterator[tuple[IO[str], IO[bytes]]]:
    """Open a file as UTF-8, or as UTF-16 where it begins with that mark; the second is the file itself, for how far it is read."""
    with path.open("rb") as raw:
        unpacked: Any = gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw
        mark = unpacked.read(2)
        unpacked.seek(0)
        encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        with io.TextIOWrapper(unpacked, encoding=encoding, newline="") as text:
            try:
                yield text, raw
            except UnicodeDecodeError as exc:
                fix = "Save it as UTF-8."
                raise Invalid(f"{path.name} is not in UTF-8 (a byte {exc.object[exc.start]:#04x}).", field="file", fix=fix) from exc


def _csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_CELL)
    with _text(path) as (text, raw):
        head = text.read(_SAMPLE)
        text.seek(0)
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=_delimiter(head))
        columns = _columns(path, next(reader, []))
        number = 0
        for cells in _without_faults(reader):
            number += 1
            if cells is not None and not any(cells):
                number -= 1
                continue
            yield Record(
                number, None if cells is None else {field: cells[at] for field, at in columns.items() if at < len(cells)}, raw.tell()
            )


def _without_faults(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Return None for a row that the reader cannot read, and go on behind it."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _columns(path: Path, headings: list[str]) -> dict[str, int]:
    found = {field: headings.index(heading) for field, heading in fields_of(headings).items()}
    if not found:
        shown = ", ".join(headings[:10]) or "nothing"
        fix = "The first line names the columns: email, full name, title, company, city, country, …"
        raise Invalid(f"No column of {path.name} is known; its first line has {shown:.300}.", field="file", fix=fix)
    return found


def _delimiter(head: str) -> str:
    line = head.partition("\n")[0]
    return max(DELIMITERS, key=line.count)


def _json_lines(path: Path) -> Iterator[Record]:
    with _text(path) as (text, raw):
        known: dict[tuple[str, ...], dict[str, str]] = {}
        number = 0
        for line in text:
            if not line.strip():
                continue
            number += 1
            yield Record(number, _object(line, known), raw.tell())


def _object(line: str, known: dict[tuple[str, ...], dict[str, str]]) -> Fields | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return _said(found, known) if isinstance(found, dict) else None


def _said(found: dict[str, Any], known: dict[tuple[str, ...], dict[str, str]]) -> Fields:
    names = tuple(found)
    if names not in known:
        if len(known) > 1000:  # every object has other names: none of them is worth keeping
            known.clear()
        known[names] = fields_of(names)
    return {field: _cell(found[name]) for field, name in known[names].items()}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(_cell(each) for each in value)
    return "" if isinstance(value, dict) else str(value)


def _parquet(path: Path) -> Iterator[Record]:
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError:
        raise Invalid(
            "Parquet files need pyarrow.", field="file", fix="Install requirements-parquet.lock, or give CSV or JSON Lines."
        ) from None
    try:
        file = parquet.ParquetFile(path)
    except ArrowInvalid:
        raise Invalid(f"{path.name} is no Parquet file.", field="file", fix="Give a file that pyarrow can read.") from None
    with file:
        names = fields_of(file.schema_arrow.names)
        _columns(path, file.schema_arrow.names)
        number, size, total = 0, path.stat().st_size, file.metadata.num_rows
        for batch in file.iter_batches(batch_size=_BATCH, columns=list(names.values())):
            for row in batch.to_pylist():
                number += 1
                yield Record(number, {field: _cell(row[name]) for field, name in names.items()}, size * number // total)
