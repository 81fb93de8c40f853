"""What changes while a client listens: the lists that its credential sees, and the resources it watches.

Nothing here is pushed by whoever makes a change: a look compares what is with what was, so that every process and every change counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_gateway import catalogue, library, wire
from mcp_gateway.surfaces import Surface
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import DomainError

LISTS = ("tools", "prompts", "resources")
MOST_WATCHED = 50  # resources that one session or subscription may watch


@dataclass
class Watch:
    """One stream's memory of what it has seen. The first look only remembers; each later one tells what has changed."""

    surface: Surface
    version: str
    lists: frozenset[str]
    uris: Callable[[], tuple[str, ...]]
    meta: Mapping[str, Any] = field(default_factory=dict)
    seen: dict[str, object] = field(default_factory=dict)

    def look(self, actor: Actor) -> list[bytes]:
        """Return a notification for each thing that is not what it was at the last look."""
        now = {**self._lists(actor), **self._resources(actor)}
        changed = [name for name, state in now.items() if name in self.seen and self.seen[name] != state]
        self.seen = now
        return [self._told(name) for name in changed]

    def _lists(self, actor: Actor) -> dict[str, object]:
        return {name: names for name, names in catalogue.names(self.surface, actor).items() if name in self.lists}

    def _resources(self, actor: Actor) -> dict[str, object]:
        return {uri: _version(self.surface, actor, uri) for uri in self.uris()}

    def _told(self, name: str) -> bytes:
        meta = {"_meta": dict(self.meta)} if self.meta else {}
        if name in LISTS:
            return wire.notification(f"notifications/{name}/list_changed", meta)
        return wire.notification("notifications/resources/updated", {"uri": name, **meta})


def _version(surface: Surface, actor: Actor, uri: str) -> str:
    """Return what changes with the resource; one that cannot be read (any more) has a version too, so that its end is told."""
    try:
        return library.version_of(surface, actor, uri)
    except DomainError as error:
        return error.code
