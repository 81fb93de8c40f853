"""More than a hundred dirty files: none crashes the reader, nearly every cell is right, and every row is accounted for."""

from __future__ import annotations

import pytest

from campaigns.rules import csv_rows
from campaigns.rules.csv_headers import meaning
from campaigns.rules.csv_rows import CsvFault, CsvTable, Row
from tests.campaigns.rules.csv_corpus import HEADINGS, DirtyFile, corpus

FILES = list(corpus())
READABLE = [file for file in FILES if not file.fault]
LEAST_RIGHT = 0.98


def read(file: DirtyFile) -> CsvTable:
    return csv_rows.read(file.content)


def said(row: Row, name: str) -> str:
    return str(getattr(row, name)) if name in Row._fields else row.custom.get(name, "")


def meant(value: str) -> str:
    """Return a cell as it counts: blanks are one blank, and a dash alone is nothing."""
    tidy = " ".join(value.split())
    return "" if tidy == "-" else tidy


def wrong_cells(file: DirtyFile) -> list[str]:
    rows = {row.email.lower(): row for row in read(file).rows}
    faults = []
    for person in file.people:
        row = rows.get(person["email"])
        for name, value in person.items():
            found = None if row is None else said(row, name)
            if found is None or meant(found) != meant(value):
                faults.append(f"{file.name}: {name} of {person['email']} is {found!r:.60}, not {value!r:.60}")
    return faults


def test_there_are_enough_files_of_every_kind():
    assert len(FILES) >= 130
    assert len({heading for file in FILES for heading in file.headings.values()}) >= 150


def test_at_least_98_of_100_cells_are_right():
    cells = sum(len(person) for file in READABLE for person in file.people)
    faults = [fault for file in READABLE for fault in wrong_cells(file)]
    assert cells > 10_000
    assert 1 - len(faults) / cells >= LEAST_RIGHT, (f"{1 - len(faults) / cells:.2%} right", faults[:40])


@pytest.mark.parametrize("file", READABLE, ids=lambda file: file.name)
def test_every_row_is_accounted_for_with_its_reason(file):
    table = read(file)
    assert (len(table.rows), len(table.duplicates), len(table.rejected)) == (len(file.people), file.duplicates, file.rejected)
    assert table.data_rows == len(file.people) + file.duplicates + file.rejected
    for each in table.rejected:
        assert each.line > 1
        assert each.code
        assert each.reason.endswith(".")
        assert each.text


@pytest.mark.parametrize("file", [file for file in FILES if file.fault], ids=lambda file: file.name)
def test_what_nobody_could_read_is_refused_in_a_sentence_with_a_fix(file):
    with pytest.raises(CsvFault) as refused:
        read(file)
    assert refused.value.code == file.fault
    assert refused.value.message.endswith(".")
    assert refused.value.fix


def test_every_heading_of_the_corpus_is_understood():
    wrong = {
        heading: meaning(heading) for name, headings in HEADINGS.items() for heading in headings if meaning(heading) not in (name, "name")
    }
    assert wrong == {}
