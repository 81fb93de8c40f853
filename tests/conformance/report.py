"""Says what the conformance suite found, and whether it is enough."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conformance.suite import Scenario

REVISIONS = NEW, OLD = "2026-07-28", "2025-11-25"
# They ask the client in the middle of a call, with a request of ours within its session. We keep no session that an answer could find
# its way back to; a client of 2026-07-28 is asked by input_required instead, an older one by a confirmation token.
MAY_FAIL = {
    NEW: frozenset[str](),
    OLD: frozenset({"tools-call-sampling", "tools-call-elicitation", "elicitation-sep1034-defaults", "elicitation-sep1330-enums"}),
}
WIDTH = 150


@dataclass(frozen=True)
class Leg:
    """What the suite found at one revision."""

    revision: str
    required: list[str]
    scenarios: list[Scenario]

    @property
    def passed(self) -> list[str]:
        return [each.name for each in self.scenarios if each.passed and each.name in self.required]

    @property
    def is_enough(self) -> bool:
        return set(self.required) - set(self.passed) <= MAY_FAIL[self.revision]

    def score(self) -> str:
        return f"{len(self.passed)}/{len(self.required)}"

    def lines(self) -> Iterator[str]:
        """Tell what failed and why, and what the suite would like to be different."""
        yield f"{self.revision}: {self.score()} required scenarios pass."
        for name in self.required:
            if name not in {each.name for each in self.scenarios}:
                yield from _finding(f"FAIL  {name}", ["The suite did not run it."])
        for each in self.scenarios:
            if not each.passed:
                yield from _finding(f"{self._verdict(each)}  {each.name}", each.failures)
            if each.warnings:
                yield from _finding(f"could be better  {each.name}", each.warnings)
        beyond = [each for each in self.scenarios if each.name not in self.required]
        yield f"  Not required: {sum(each.passed for each in beyond)} of {len(beyond)} pass."

    def _verdict(self, scenario: Scenario) -> str:
        if scenario.name not in self.required:
            return "fails, not required"
        return "fails, as it may" if scenario.name in MAY_FAIL[self.revision] else "FAIL"


def last_line(legs: list[Leg]) -> str:
    """Return the figures as JSON."""
    return json.dumps({leg.revision: leg.score() for leg in legs}, separators=(",", ":"))


def _finding(title: str, messages: list[str]) -> Iterator[str]:
    yield f"  {title}"
    for message in messages:
        yield from textwrap.wrap(message, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8)
