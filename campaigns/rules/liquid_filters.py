"""The filters of user templates: python-liquid's harmless ones, and our own where its version could hang or read the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from liquid import Environment
from liquid.exceptions import FilterArgumentError
from markupsafe import Markup

MAX_RESULT = 20_000  # characters or items that one filter may make
SAFE = (
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "divided_by", "downcase", "first", "floor",
    "last", "lstrip", "minus", "modulo", "plus", "prepend", "remove", "remove_first", "replace_first", "reverse", "rstrip", "size",
    "slice", "sort", "split", "squish", "strip", "strip_newlines", "times", "truncate", "truncatewords", "upcase", "url_encode",
)  # fmt: skip
# These see an unresolved variable themselves; every other filter passes it on untouched.
FOR_UNRESOLVED = frozenset({"default", "size"})


def cost(value: object) -> int:
    """Return how much a value weighs: characters, items, or the bytes of a number."""
    if isinstance(value, (str, list, tuple)):
        return len(value)
    return value.bit_length() // 8 if isinstance(value, int) else 1


def default(value: object, fallback: object = "", *, allow_false: bool = False) -> object:
    """Return the value, or the fallback when it is missing, blank, or false."""
    if value is None or (value is False and not allow_false) or (isinstance(value, str) and not value.strip()):
        return fallback
    return fallback if isinstance(value, (list, dict)) and not value else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def replace(value: object, old: object, new: object = "") -> str:
    """Return the text with every `old` replaced."""
    text, wanted, substitute = _text(value), _text(old), _text(new)
    _refuse_above(MAX_RESULT, len(text) + text.count(wanted) * len(substitute))
    return text.replace(wanted, substitute)


def join(value: object, separator: object = " ") -> str:
    """Return the items of a list in one text; blank items are left out."""
    items = [_text(item) for item in value if item not in (None, "")] if isinstance(value, (list, tuple)) else [_text(value)]
    glue = _text(separator)
    _refuse_above(MAX_RESULT, sum(map(len, items)) + len(items) * len(glue))
    return (Markup("") + glue).join(items) if isinstance(glue, Markup) else glue.join(items)


def round_number(value: object, digits: object = 0) -> float | int:
    """Return a number with at most ten decimal digits."""
    number, places = float(_text(value)), int(_text(digits))
    return round(number, min(places, 10)) if places > 0 else round(number)


def format_date(value: object, form: object = "%d %B %Y") -> str:
    """Return an ISO date such as 2026-11-20 in another form; what is no date stays as it is. There is no `now`."""
    pattern = _text(form)
    if len(pattern) > 50:
        raise FilterArgumentError("the form of a date has at most 50 characters", token=None)
    if isinstance(value, (date, datetime)):
        return value.strftime(pattern)
    try:
        return datetime.fromisoformat(_text(value).strip()).strftime(pattern)
    except ValueError:
        return _text(value)


def newline_to_br(value: object) -> Markup:
    """Return the text with its line breaks as HTML."""
    return Markup("<br>\n").join(_text(value).splitlines())


def _refuse_above(limit: int, size: int) -> None:
    if size > limit:
        raise FilterArgumentError(f"the result would be longer than {limit} characters", token=None)


OWN: dict[str, Callable[..., object]] = {"default": default, "replace": replace, "join": join, "round": round_number, "date": format_date}
HTML_ONLY: dict[str, Callable[..., object]] = {"newline_to_br": newline_to_br}


def restrict(environment: Environment, *, also: Sequence[str] = ()) -> None:
    """Leave an environment only the filters that can do no harm."""
    kept = {name: environment.filters[name] for name in SAFE}
    environment.filters = kept | OWN | {name: HTML_ONLY[name] for name in also}
