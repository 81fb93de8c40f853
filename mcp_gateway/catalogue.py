"""Which tools there are: every file of a surface's folder is one, and a file that breaks the rules stops the start."""

from __future__ import annotations

import base64
import binascii
import importlib
import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from mcp_gateway.surfaces import SURFACES, Surface
from mcp_gateway.tool import BadTool, Tool
from rocketsdr.lib.errors import Invalid

MOST_LISTED = 30  # a longer list costs the model more than it gives
PAGE = 30


class Catalogue:
    """The tools of one surface, the core ones first, each group by name."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.tools = tuple(sorted(tools, key=lambda tool: (not tool.core, tool.name)))
        self._by_name = {name: tool for tool in self.tools for name in (tool.name, *tool.aliases)}

    def find(self, name: str) -> Tool | None:
        """Return the tool that is called so, by its name or an alias."""
        return self._by_name.get(name)

    def closest(self, name: str) -> str:
        """Return the name that a caller may have meant; empty when none is near."""
        return next(iter(get_close_matches(name, self._by_name, n=1)), "")

    def listed(self, scopes: frozenset[str]) -> tuple[Tool, ...]:
        """Return the tools that a credential with these scopes is shown; those beyond can be called by name."""
        allowed = [tool for tool in self.tools if tool.scope is None or tool.scope in scopes]
        return tuple(allowed[:MOST_LISTED])

    def page(self, scopes: frozenset[str], cursor: str | None = None, size: int = PAGE) -> tuple[tuple[Tool, ...], str | None]:
        """Return one page of the list and the cursor of the next one; a cursor is the last name, in base64."""
        tools = self.listed(scopes)
        start = _place(cursor, [tool.name for tool in tools]) + 1 if cursor else 0
        shown = tools[start : start + size]
        more = start + size < len(tools)
        return shown, base64.urlsafe_b64encode(shown[-1].name.encode()).decode() if more else None


def _place(cursor: str, names: list[str]) -> int:
    try:
        return names.index(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, ValueError):
        raise Invalid("cursor is none of ours: send nextCursor of the page before, or leave it out.", field="cursor") from None


@cache
def of(surface: Surface) -> Catalogue:
    """Return the surface's catalogue; its folder is read once."""
    package = importlib.import_module(surface.package)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return Catalogue(_tool_of(f"{surface.package}.{name}", name) for name in names)


def load() -> None:
    """Read every surface's folder, so that a broken tool stops the start."""
    for surface in SURFACES:
        of(surface)


def _tool_of(module_name: str, name: str) -> Tool:
    found = [value for value in vars(importlib.import_module(module_name)).values() if isinstance(value, Tool)]
    if [tool.name for tool in found] != [name]:
        declared = ", ".join(tool.name for tool in found) or "none"
        raise BadTool(f"{module_name} declares the tools: {declared}. A file declares exactly one tool and is named after it: {name}.")
    return found[0]
