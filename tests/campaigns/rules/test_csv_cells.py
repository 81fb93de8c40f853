import pytest

from campaigns.rules import csv_cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    assert csv_cells.safe(f"{start}HYPERLINK(A1)") == f"'{start}HYPERLINK(A1)"


@pytest.mark.parametrize("value", ["", "Ada", " =1", "a=b", "'=1", "Ada-Marie", "5"])
def test_everything_else_stays_as_it_is(value):
    assert csv_cells.safe(value) == value
