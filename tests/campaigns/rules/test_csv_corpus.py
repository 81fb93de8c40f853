"""Holds the reader of CSV files to the truth of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from campaigns.rules.csv_headers import CUSTOM_FIELDS, NAME, ROW_FIELDS, meaning, simplified
from campaigns.rules.csv_rows import CsvFault, CsvTable, Row, read
from tests.campaigns.rules.csv_corpus import DELIMITERS, corpus, files_of_faults
from tests.campaigns.rules.csv_corpus_writer import ENCODINGS, CorpusFile, Expected, seen

SHARE_THAT_MUST_BE_RIGHT = 0.98


class Reading(NamedTuple):
    """A file and what the reader made of it."""

    file: CorpusFile
    table: CsvTable


@cache
def files() -> tuple[CorpusFile, ...]:
    return tuple(corpus())


@cache
def readings() -> tuple[Reading, ...]:
    return tuple(Reading(file, read(file.data)) for file in files() if not file.fault)


def outcomes(table: CsvTable) -> dict[int, str]:
    by_line = {row.line: "row" for row in table.rows}
    by_line |= {duplicate.line: "duplicate" for duplicate in table.duplicates}
    return by_line | {rejected.line: rejected.code for rejected in table.rejected}


def cells_of(row: Row) -> dict[str, str]:
    fields = dict(zip(ROW_FIELDS, row[1:-1], strict=True))
    return fields | {f"custom.{name}": text for name, text in row.custom.items()}


def judged_cells(reading: Reading) -> Iterator[tuple[bool, str]]:
    """Say of every cell that was written, or came out though nobody wrote it, whether it is right."""
    rows = {row.line: cells_of(row) for row in reading.table.rows}
    for expected in reading.file.expected:
        if expected.outcome == "row":
            yield from _judged_row(reading.file, expected, rows.get(expected.line, {}))


def _judged_row(file: CorpusFile, expected: Expected, found: dict[str, str]) -> Iterator[tuple[bool, str]]:
    for name in sorted(expected.cells | found):
        wanted, got = expected.cells.get(name, ""), found.get(name, "" if found else None)
        yield wanted == got, f"{file.name}, line {expected.line}: {name} is {got!r:.80}, not {wanted!r:.80}"


def test_the_corpus_has_every_encoding_and_delimiter_in_at_least_100_files() -> None:
    assert len(files()) >= 100
    assert len(files()) - len(readings()) >= 10
    assert len({file.data for file in files()}) == len(files())
    for encoding in ENCODINGS:
        for delimiter in DELIMITERS:
            assert sum(f": {encoding.name}, {delimiter!r}" in file.name for file in files()) >= 3


def test_at_least_98_percent_of_all_cells_are_right() -> None:
    judged = [cell for reading in readings() for cell in judged_cells(reading)]
    wrong = [what for right, what in judged if not right]
    share = 1 - len(wrong) / len(judged)
    message = f"{share:.3%} of {len(judged):,} cells in {len(readings())} files are right; wrong are:\n" + "\n".join(wrong[:20])
    assert len(judged) > 50_000
    assert share >= SHARE_THAT_MUST_BE_RIGHT, message


def test_every_record_ends_as_the_truth_says() -> None:
    wrong = []
    for file, table in readings():
        wanted, found = {each.line: each.outcome for each in file.expected}, outcomes(table)
        wrong += [
            f"{file.name}, line {line}: {found.get(line)}, not {wanted.get(line)}"
            for line in sorted(wanted | found)
            if wanted.get(line) != found.get(line)
        ]
    assert not wrong, f"{len(wrong)} records: " + "\n".join(wrong[:20])


def test_rows_duplicates_and_rejected_records_are_all_data_rows() -> None:
    for file, table in readings():
        assert len(table.rows) + len(table.duplicates) + len(table.rejected) == table.data_rows == len(file.expected), file.name


def test_every_rejected_record_has_its_line_code_reason_and_original_text() -> None:
    codes: Counter[str] = Counter()
    for file, table in readings():
        texts = {each.line: each.text for each in file.expected}
        for line, code, reason, text in table.rejected:
            codes[code] += 1
            assert text.replace("\ufffd", "\udcff") == texts[line], (file.name, line)
            assert reason.endswith((".", "…”")), reason
            assert len(reason.split()) > 3, reason
    assert len(codes) >= 8, codes
    assert min(codes.values()) >= 10, codes


def test_at_least_150_spellings_of_headings_are_mapped_to_the_right_column() -> None:
    wrong: set[tuple[str, str]] = set()
    right: set[tuple[str, str]] = set()
    for file, table in readings():
        assert [column.heading for column in table.columns] == [seen(heading) for heading, _ in file.headings], file.name
        for column, (heading, wanted) in zip(table.columns, file.headings, strict=True):
            found = f"custom.{column.name}" if column.field == "custom" else column.field
            known = wanted[7:] in CUSTOM_FIELDS or wanted in ROW_FIELDS
            understood = meaning(seen(heading)) in (wanted.removeprefix("custom."), NAME) or not known or simplified(heading) == "ad"
            (right if found == wanted and understood else wrong).add((heading, wanted))
    assert not wrong
    assert len({simplified(heading) for heading, _ in right}) >= 150


@pytest.mark.parametrize("file", list(files_of_faults()), ids=lambda file: file.name)
def test_a_file_that_cannot_be_read_is_a_fault_with_a_sentence_and_a_fix(file: CorpusFile) -> None:
    with pytest.raises(CsvFault) as caught:
        read(file.data)
    assert caught.value.code == file.fault
    assert caught.value.message.endswith(".")
    assert caught.value.fix.endswith(".")
