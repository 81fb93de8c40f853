"""Folders of declarations: every file of one declares one thing and is named after it; and how a long list of them is paged."""

from __future__ import annotations

import base64
import binascii
import importlib
import pkgutil
from collections.abc import Sequence
from typing import Protocol, TypeVar

from rocketsdr.lib.errors import Invalid


class Named(Protocol):
    @property
    def name(self) -> str: ...


D = TypeVar("D", bound=Named)


def declarations(package: str, kind: type[D], *, broken: type[TypeError]) -> list[D]:
    """Return what the files of a package declare, by name; a file that declares none, two or another's name raises `broken`."""
    folder = importlib.import_module(package)
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return [_declared(f"{package}.{name}", name, kind, broken) for name in names]


def _declared(module_name: str, name: str, kind: type[D], broken: type[TypeError]) -> D:
    found = [value for value in vars(importlib.import_module(module_name)).values() if isinstance(value, kind)]
    if [each.name for each in found] != [name]:
        declared, what = ", ".join(each.name for each in found) or "none", kind.__name__.lower()
        raise broken(f"{module_name} declares the {what}s: {declared}. A file declares exactly one {what} and is named after it: {name}.")
    return found[0]


def page(listed: Sequence[D], cursor: str | None, size: int) -> tuple[tuple[D, ...], str | None]:
    """Return one page of a list and the cursor of the next one; a cursor is the last name, in base64."""
    start = _place(cursor, [each.name for each in listed]) + 1 if cursor else 0
    shown = tuple(listed[start : start + size])
    more = start + size < len(listed)
    return shown, base64.urlsafe_b64encode(shown[-1].name.encode()).decode() if more else None


def _place(cursor: str, names: list[str]) -> int:
    try:
        return names.index(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, ValueError):
        raise Invalid("cursor is none of ours: send nextCursor of the page before, or leave it out.", field="cursor") from None
