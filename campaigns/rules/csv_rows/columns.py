from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.rules.csv_headers import CUSTOM_FIELDS, FIRST_NAME_BESIDE_LAST, NAME, ROW_FIELDS, identifier, meaning, simplified

# Words that a Liquid template cannot use as a name, and names that a row has already.
_LIQUID_WORDS = (
    "and or not contains true false nil null none empty blank if elsif else unless for in as by with limit offset reversed "
    "continue cols required size first last"
)
_TAKEN = frozenset((*_LIQUID_WORDS.split(), *ROW_FIELDS, *CUSTOM_FIELDS, NAME))


class Column(NamedTuple):
    """One column of the file and where its cells go."""

    position: int
    heading: str
    field: str  # one of ROW_FIELDS, or "custom"
    name: str  # the name for templates: the field itself, or the key in `custom`
    note: str  # why it did not become the field that its heading asks for, or ""


def columns_of(headings: Sequence[str], email_at: int | None = None) -> tuple[Column, ...]:
    """Give every column its field or a custom name; of two columns for one field the first has it.

    `email_at` is the position of the column that holds the addresses when no heading says so.
    """
    wanted = _fields_meant(headings)
    if email_at is not None:
        wanted[email_at] = "email"
    taken: set[str] = set()
    return tuple(_column(position, " ".join(heading.split()), wanted[position], taken) for position, heading in enumerate(headings))


def _column(position: int, heading: str, wanted: str | None, taken: set[str]) -> Column:
    if wanted is not None and wanted not in taken:
        taken.add(wanted)
        return Column(position, heading, wanted if wanted in ROW_FIELDS else "custom", wanted, "")
    name = _free_name(identifier(heading) or f"column_{position + 1}", taken)
    taken.add(name)
    note = f"An earlier column is the {wanted.replace('_', ' ')} already." if wanted else ""
    return Column(position, heading, "custom", name, note)


def _fields_meant(headings: Sequence[str]) -> list[str | None]:
    """What the headings ask for; a column that is just "name" is the half of the name that no other column is."""
    meant = [meaning(heading) for heading in headings]
    if "last_name" in meant and not {"first_name", NAME} & set(meant):
        meant = [_first_name_beside_last(heading, field) for heading, field in zip(headings, meant, strict=True)]
    has_first, has_last = "first_name" in meant, "last_name" in meant
    plain_name = "full_name" if has_first == has_last else "last_name" if has_first else "first_name"
    return [plain_name if field == NAME else field for field in meant]


def _first_name_beside_last(heading: str, field: str | None) -> str | None:
    return "first_name" if simplified(heading) in FIRST_NAME_BESIDE_LAST else field


def _free_name(base: str, taken: set[str]) -> str:
    name, number = base, 2
    while name in taken or name in _TAKEN:
        name, number = f"{base}_{number}", number + 1
    return name
