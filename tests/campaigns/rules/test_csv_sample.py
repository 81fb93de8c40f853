from __future__ import annotations

from collections import Counter
from pathlib import Path

import campaigns
from campaigns.rules.csv_rows import CsvTable, read

SAMPLE = Path(campaigns.__file__).with_name("sample.csv")
SUPPRESSED_BEFOREHAND = "ingrid.solberg@fjordlog.example.org"


def sample() -> CsvTable:
    return read(SAMPLE.read_bytes())


def test_the_sample_has_200_rows_with_the_faults_of_real_lists() -> None:
    table = sample()
    assert (table.data_rows, len(table.rows), len(table.duplicates), len(table.rejected)) == (200, 187, 5, 8)
    assert Counter(reject.code for reject in table.rejected) == {
        "no_email": 2,
        "invalid_email": 2,
        "several_addresses": 1,
        "too_many_cells": 1,
        "unclosed_quote": 1,
        "non_ascii_local_part": 1,
    }
    assert not any(column.note for column in table.columns)


def test_some_people_of_the_sample_lack_a_name_or_a_company_and_one_is_suppressed_by_the_demo() -> None:
    rows = sample().rows
    assert sum(not row.first_name for row in rows) == 4
    assert sum(not row.company for row in rows) == 5
    assert sum(not row.first_name and not row.company for row in rows) == 0
    assert sum(row.email == SUPPRESSED_BEFOREHAND for row in rows) == 1


def test_the_sample_holds_what_makes_csv_hard() -> None:
    data = SAMPLE.read_bytes()
    assert b"\r\n" in data
    assert not data.decode().isascii()
    rows = sample().rows
    assert any("\n" in text for row in rows for text in row.custom.values())
    assert any('"' in row.title for row in rows)
    assert any("," in row.company for row in rows)


def test_nobody_real_can_get_mail_from_the_sample() -> None:
    endings = (".example", ".example.com", ".example.net", ".example.org")
    assert all(row.email.endswith(endings) for row in sample().rows)
