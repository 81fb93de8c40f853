"""What the columns of a file of people mean: the headings of a CSV, the names of a JSON object or of a Parquet column."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from campaigns.rules import csv_headers
from campaigns.rules.targeting.tables import plain

_OF_LEADS = frozenset({"email", "full_name", "first_name", "last_name", "company", "title", "linkedin_url", "city", "country"})
_AS_OF_LEADS = {"state": "region", "industry": "industry", "website": "company_domain", csv_headers.NAME: "full_name"}
FIELDS = (
    *("id", "email", "full_name", "first_name", "last_name", "title", "linkedin_url", "location", "city", "region", "country"),
    *("company", "company_domain", "company_size", "industry", "technologies", "seniority", "function", "source", "lawful_basis"),
)


def field_of(heading: str) -> str | None:
    """Return the field that a column holds; None for one that a directory has no use for."""
    if own := _own().get(plain(heading)):
        return own
    meant = csv_headers.meaning(heading)
    return meant if meant in _OF_LEADS else _AS_OF_LEADS.get(meant or "")


def fields_of(headings: Iterable[str]) -> dict[str, str]:
    """Return the headings by the field that they hold; of two for one field the first."""
    found: dict[str, str] = {}
    for heading in headings:
        if (field := field_of(heading)) is not None:
            found.setdefault(field, heading)
    return found


@cache
def _own() -> dict[str, str]:
    lines = files(__package__).joinpath("words", "columns.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {plain(name): field for field, names in rows for name in names.split("; ")}
