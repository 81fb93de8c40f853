"""Which texts can be stored, and which stand on one line."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL can hold this text: it takes neither NUL nor half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def is_one_line(text: str) -> bool:
    """Say whether this can stand in a header or a list: no line break and no control character."""
    return _BREAKS.search(text) is None
