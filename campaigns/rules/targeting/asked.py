"""A targeting as it is stored with a persona or a campaign: a JSON object of the names that tools take, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from campaigns.rules import texts
from campaigns.rules.targeting.resolving import MOST_VALUES, Asked, Targeting
from rocketsdr.lib.errors import Invalid

NUMBERS = ("company_size_min", "company_size_max")
LISTS = tuple(each.name for each in fields(Asked) if each.name not in NUMBERS)
_KNOWN = (*LISTS, *NUMBERS)


def targeting_of(stored: Mapping[str, Any]) -> Targeting:
    """Read a stored targeting; what it cannot mean is refused, never left out."""
    exclude = stored.get("exclude") or {}
    if not isinstance(exclude, Mapping):
        raise Invalid("targeting.exclude is no object.", field="targeting.exclude", fix="Send an object such as {“locations”: [“FR”]}.")
    return Targeting(_asked({key: value for key, value in stored.items() if key != "exclude"}, ""), _asked(exclude, "exclude."))


def stored(targeting: Targeting) -> dict[str, Any]:
    """Return a targeting as it is stored: only what it says."""
    include, exclude = _said(targeting.include), _said(targeting.exclude)
    return {**include, "exclude": exclude} if exclude else include


def _asked(values: Mapping[str, Any], prefix: str) -> Asked:
    for key in values:
        if key not in _KNOWN:
            known = ", ".join((*_KNOWN, *(() if prefix else ("exclude",))))
            field = f"targeting.{prefix}{key}" if key.isidentifier() else "targeting"
            raise Invalid(f"targeting.{prefix}{key!r:.60} is not known.".replace("'", ""), field=field, fix=f"Use {known}.")
    said: dict[str, Any] = {key: _texts(values[key], f"{prefix}{key}") for key in LISTS if values.get(key)}
    said |= {key: _number(values[key], f"{prefix}{key}") for key in NUMBERS if values.get(key) is not None}
    return Asked(**said)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        raise Invalid(f"targeting.{name} is no list of texts.", field=f"targeting.{name}", fix="Send a list of texts.")
    if not all(map(texts.is_storable, listed)):
        raise Invalid(f"targeting.{name} holds a character that is no text.", field=f"targeting.{name}", fix="Remove it.")
    if len(listed) > MOST_VALUES:
        fix = f"Send at most {MOST_VALUES}."
        raise Invalid(f"targeting.{name} has {len(listed):,} values.", field=f"targeting.{name}", fix=fix)
    return tuple(dict.fromkeys(each.strip() for each in listed))


def _number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(f"targeting.{name} is no whole number.", field=f"targeting.{name}", fix="Send a number of employees.")
    return value


def _said(asked: Asked) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(asked).items() if value not in ((), None)}
