"""Cells of a CSV that a spreadsheet opens: what somebody else has written never runs as a formula there."""

from __future__ import annotations

FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are the wide forms, which some spreadsheets take too


def safe(text: str) -> str:
    """Return the text as it may stand in a cell: one that a spreadsheet would read as a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text
