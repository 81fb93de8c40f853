"""What a file of leads may be called, and how its name is written where it is stored."""

from __future__ import annotations

import re
import unicodedata

from rocketsdr.lib.errors import Invalid

MAX_FILENAME = 100


def check_filename(filename: str, *, field: str) -> None:
    """Refuse what is not the plain name of a CSV file."""
    fix = "Give a plain name such as leads.csv."
    if not filename.lower().endswith(".csv"):
        raise Invalid(f"{filename!r:.120} does not end in .csv.", field=field, fix=fix)
    if len(filename) > MAX_FILENAME:
        raise Invalid(f"The file name has {len(filename)} characters; {MAX_FILENAME} are allowed.", field=field, fix=fix)
    if not filename.isprintable() or "/" in filename or "\\" in filename:
        raise Invalid(f"{filename!r:.120} is more than the name of a file.", field=field, fix=fix)


def stored_name(filename: str) -> str:
    """Return a name that every storage takes: ASCII letters, digits, dots, dashes and underscores."""
    plain = unicodedata.normalize("NFKD", filename[: -len(".csv")]).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '_', plain).strip('_') or 'leads'}.csv"
