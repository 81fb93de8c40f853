from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.csv_rows.names import split_name, whole_name


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("Ada", "Ada", ""),
        ("Lovelace, Ada", "Ada", "Lovelace"),
        ("von Neumann, John", "John", "von Neumann"),
        ("Lovelace, Ada, PhD", "Ada", "Lovelace"),
        ("SMITH, JOHN", "JOHN", "SMITH"),
        ("Ada Lovelace, PhD", "Ada", "Lovelace"),
        ("Ada Lovelace, CTO", "Ada", "Lovelace"),
        ("Ada Lovelace PhD", "Ada", "Lovelace"),
        ("Sammy Davis Jr.", "Sammy", "Davis"),
        ("Jack Ma", "Jack", "Ma"),
        ("Don Draper", "Don", "Draper"),
        ("Dr. Ada Lovelace", "Ada", "Lovelace"),
        ("Prof. Dr. Max Planck", "Max", "Planck"),
        ("Frau Katrin Weiß", "Katrin", "Weiß"),
        ("M. Jean Dupont", "Jean", "Dupont"),
        ("Dr. Lovelace", "", "Lovelace"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Gabriel García Márquez", "Gabriel", "García Márquez"),
        ("John F. Kennedy", "John", "Kennedy"),
        ("J. Robert Oppenheimer", "Robert", "Oppenheimer"),
        ("J. van Beethoven", "J.", "van Beethoven"),
        ("Mr. J. Smith", "J.", "Smith"),
        ("DUPONT Marie", "Marie", "DUPONT"),
        ("ADA LOVELACE", "ADA", "LOVELACE"),
        ("山田 太郎", "太郎", "山田"),
        ("山田太郎", "山田太郎", ""),
        ("Ada Lovelace (she/her)", "Ada", "Lovelace"),
        ("ada@example.com", "", ""),
        ("https://example.com/ada", "", ""),
        ("", "", ""),
        (" , ", "", ""),
    ],
)
def test_a_full_name_is_split_as_a_letter_would(full: str, first: str, last: str) -> None:
    assert split_name(full) == (first, last)


@pytest.mark.parametrize(
    ("given_names", "whole"),
    [
        (("Ada Lovelace", "", ""), ("Ada Lovelace", "Ada", "Lovelace")),
        (("", "Ada", "Lovelace"), ("Ada Lovelace", "Ada", "Lovelace")),
        (("", "Ada", ""), ("Ada", "Ada", "")),
        (("", "", "Lovelace"), ("Lovelace", "", "Lovelace")),
        (("Ada Lovelace", "Augusta", ""), ("Ada Lovelace", "Augusta", "Lovelace")),
        (("Countess of Lovelace", "Ada", "King"), ("Countess of Lovelace", "Ada", "King")),
        (("", "", ""), ("", "", "")),
    ],
)
def test_missing_names_are_made_from_the_others_and_given_ones_are_kept(
    given_names: tuple[str, str, str], whole: tuple[str, str, str]
) -> None:
    assert whole_name(*given_names) == whole


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("aA .,()-@Dr J", max_size=20))
def test_no_name_is_longer_than_the_whole(full: str) -> None:
    first, last = split_name(full)
    assert len(first) <= len(full)
    assert len(last) <= len(full)
