from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from campaigns.rules.csv_headers import ROW_FIELDS, simplified
from campaigns.rules.csv_rows import CsvFault, CsvTable, Duplicate, Rejected, Row, read
from tests.campaigns.rules.csv_corpus import DELIMITERS, ENCODINGS, CorpusFile, Heading, heading_files, regular_files
from tests.campaigns.rules.csv_corpus_special import special_files

CORPUS = [*regular_files(), *heading_files(), *special_files()]
READABLE = [file for file in CORPUS if not file.fault]
A_SENTENCE = re.compile(r"[A-Z“][^\n]{8,}[.”]")


def said(row: Row, table: CsvTable, at: int, heading: Heading) -> str:
    """What the reader says about the cell of this column."""
    if heading.field in ROW_FIELDS:
        return str(getattr(row, heading.field))
    return row.custom.get(heading.field or table.columns[at].name, "")


def cells_of(file: CorpusFile) -> Iterator[tuple[bool, str]]:
    """Every cell that must come out: whether it does, and what to show when it does not."""
    try:
        table = read(file.data)
    except CsvFault as fault:
        yield from ((False, f"{file.name}: {fault}") for row in file.rows for _ in row.cells)
        return
    found = {row.line: row for row in table.rows}
    for row in file.rows:
        seen = found.get(row.line)
        for at, (heading, means) in enumerate(zip(file.headings, row.cells, strict=True)):
            cell = said(seen, table, at, heading) if seen and at < len(table.columns) else None
            yield cell == means, f"{file.name}, line {row.line}, {heading.text!r}: {cell!r} is not {means!r}"


def test_the_corpus_has_every_encoding_and_delimiter_and_enough_of_everything() -> None:
    assert len({file.name for file in CORPUS}) == len(CORPUS) >= 100
    names = [file.name for file in CORPUS]
    assert all(any(f" {encoding} {delimiter!r} " in name for name in names) for encoding in ENCODINGS for delimiter in DELIMITERS)
    assert len(Counter(reject.code for file in CORPUS for reject in file.rejected)) >= 8
    assert sum(len(file.rows) for file in CORPUS) >= 3_000


def test_more_than_999_of_1000_cells_are_right() -> None:
    cells = [cell for file in READABLE for cell in cells_of(file)]
    wrong = [text for right, text in cells if not right]
    share = 1 - len(wrong) / len(cells)
    assert share > 0.999, f"{share:.3%} of {len(cells):,} cells in {len(CORPUS)} files are right. " + "\n".join(["", *wrong[:200]])


def test_at_least_150_spellings_of_headings_go_to_the_right_field() -> None:
    right: set[str] = set()
    wrong: set[str] = set()
    for file in READABLE:
        table = read(file.data)
        for heading, column in zip(file.headings, table.columns, strict=True):
            if heading.field:
                as_meant = heading.field in {column.field, column.name}
                (right if as_meant else wrong).add(f"{heading.field}: {simplified(heading.text)}")
    assert len(right) >= 150, f"{len(right)} spellings are understood, these are not: {sorted(wrong)}"


@pytest.mark.parametrize("file", READABLE, ids=lambda file: file.name)
def test_every_record_of_a_dirty_file_ends_where_it_belongs(file: CorpusFile) -> None:
    table = read(file.data)
    assert table.header_line == file.header_line
    assert [row.line for row in table.rows] == [row.line for row in file.rows]
    assert [again.line for again in table.duplicates] == list(file.duplicates)
    assert [(reject.line, reject.code, reject.text) for reject in table.rejected] == list(file.rejected)
    assert all(A_SENTENCE.fullmatch(reject.reason) for reject in table.rejected)
    assert table.data_rows == len(file.rows) + len(file.duplicates) + len(file.rejected)


def test_damage_at_any_place_of_any_file_ends_in_a_table_that_adds_up_or_in_a_fault() -> None:
    for seed, file in enumerate(CORPUS):
        random = Random(seed)
        data = bytearray(file.data[: random.randrange(len(file.data) + 1)])
        for _ in range(random.randrange(5) if data else 0):
            data[random.randrange(len(data))] = random.randrange(256)
        try:
            table = read(bytes(data))
        except CsvFault as fault:
            assert A_SENTENCE.fullmatch(fault.message), file.name
            assert A_SENTENCE.fullmatch(fault.fix), file.name
        else:
            outcomes: tuple[Row | Duplicate | Rejected, ...] = (*table.rows, *table.duplicates, *table.rejected)
            assert len({outcome.line for outcome in outcomes}) == table.data_rows > 0, file.name


@pytest.mark.parametrize("file", [file for file in CORPUS if file.fault], ids=lambda file: file.name)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(file: CorpusFile) -> None:
    with pytest.raises(CsvFault) as caught:
        read(file.data)
    assert caught.value.code == file.fault
    assert A_SENTENCE.fullmatch(caught.value.message)
    assert A_SENTENCE.fullmatch(caught.value.fix)
