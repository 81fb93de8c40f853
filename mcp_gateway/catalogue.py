"""Which tools there are: every file of a surface's folder is one, and a file that breaks the rules stops the start."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from mcp_gateway import folders, library
from mcp_gateway.surfaces import SURFACES, Surface
from mcp_gateway.tool import BadTool, Tool
from rocketsdr.accounts.actor import Actor

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

    def listed(self, scopes: frozenset[str], toolset: str = "core") -> tuple[Tool, ...]:
        """Return the tools that a credential with these scopes and this toolset is shown; the others can be called by name."""
        allowed = [tool for tool in self.tools if tool.scope is None or tool.scope in scopes]
        return tuple(allowed if toolset == "full" else [tool for tool in allowed if tool.core][:MOST_LISTED])

    def page(
        self, scopes: frozenset[str], cursor: str | None = None, size: int = PAGE, *, toolset: str = "core"
    ) -> tuple[tuple[Tool, ...], str | None]:
        """Return one page of the list and the cursor of the next one; a cursor is the last name, in base64."""
        tools = self.listed(scopes, toolset)
        return folders.page(tools, cursor, size)


@cache
def of(surface: Surface) -> Catalogue:
    """Return the surface's catalogue; its folder is read once."""
    return Catalogue(folders.declarations(surface.package, Tool, broken=BadTool))


def load() -> None:
    """Read every surface's folders, so that a broken tool, resource or prompt stops the start."""
    for surface in SURFACES:
        of(surface)
        library.load(surface)


def names(surface: Surface, actor: Actor) -> dict[str, object]:
    """Return what stands in each list of a surface for this caller, to see whether it has changed."""
    tools = tuple(tool.name for tool in of(surface).listed(actor.within_reach, actor.toolset))
    return {"tools": tools, **library.names(surface, actor.within_reach)}
