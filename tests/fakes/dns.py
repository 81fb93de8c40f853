"""The DNS by a table: a resolver as the product injects it, which counts what it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Lock

from integrations.dns_lookup import NoSuchName, RecordKind, Unanswered


@dataclass
class FakeDns:
    """`records` names the domains that exist; `silent` ones fail at once, and `hanging` ones answer nothing until `released`.

    In a closed network not even com exists; that this is asked is not counted.
    """

    records: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    hanging: frozenset[str] = frozenset()
    closed: bool = False
    released: Event = field(default_factory=Event)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, name: str, kind: RecordKind, *, seconds: float) -> list[str]:
        """Answer one question."""
        assert seconds > 0
        if kind == "NS":
            return self._top(name)
        with self._lock:
            self.asked[name, kind] += 1
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            return self._answer(name, kind)
        finally:
            with self._lock:
                self.at_once -= 1

    def _top(self, name: str) -> list[str]:
        if name != "com" or self.closed:
            raise NoSuchName
        return ["a.gtld-servers.net."]

    def _answer(self, name: str, kind: RecordKind) -> list[str]:
        if name in self.hanging:
            self.released.wait(30)
        if name in self.silent or name in self.hanging:
            raise Unanswered
        if name not in self.records:
            raise NoSuchName
        return self.records[name].get(kind, [])
