"""Runs the official conformance suite against an address, and reads what it found."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients import node

SUITE = node.PACKAGES / "@modelcontextprotocol" / "conformance"
SECONDS = 300  # for one revision; it takes about ten


@dataclass(frozen=True)
class Scenario:
    """What one scenario found; it has passed when nothing failed that it looked at."""

    name: str
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.failures


def run(url: str, revision: str, results: Path) -> list[Scenario]:
    """Run every scenario that a revision asks for, also those that it does not require; return what each found."""
    command = ["server", "--url", url, "--requirements", revision, "--output-dir", str(results)]
    results.mkdir()
    with (results / "said").open("w") as said, suppress(subprocess.TimeoutExpired):  # what it did not get to has not passed
        node.run(SUITE / "dist" / "index.js", *command, home=results, stdout=said, stderr=subprocess.STDOUT, timeout=SECONDS)
    return read(results, names_run((results / "said").read_text()))


def names_run(said: str) -> list[str]:
    """Return the scenarios that the suite said it runs."""
    return re.findall(r"^=== Running scenario: (\S+) ===$", said, re.MULTILINE)


def required(revision: str) -> list[str]:
    """Return the scenarios that a server has to pass at this revision, as the suite itself lists them."""
    text = (SUITE / "requirements" / f"{revision}.yaml").read_text()
    block = re.search(r"^server:\n((?:  - \S+\n)+)", text, re.MULTILINE)
    assert block, f"The suite's list of what {revision} requires is written in another way now."
    return re.findall(r"- (\S+)", block[1])


def read(results: Path, names: Iterable[str]) -> list[Scenario]:
    """Read the checks that the suite wrote down; a scenario that wrote none broke off."""
    return [_scenario(name, _checks(results, name)) for name in names]


def _checks(results: Path, name: str) -> list[Mapping[str, str]]:
    written = [folder / "checks.json" for folder in results.glob(f"server-{name}-*") if _is_of(folder.name, name)]
    return [check for path in written if path.is_file() for check in json.loads(path.read_text())]


def _is_of(folder: str, name: str) -> bool:
    """Say whether a folder is this scenario's and not one's whose name only begins like it."""
    return re.fullmatch(rf"server-{re.escape(name)}-\d{{4}}-\d\d-\d\dT[\d-]+Z", folder) is not None


def _scenario(name: str, checks: list[Mapping[str, str]]) -> Scenario:
    if not checks:
        return Scenario(name, failures=["The suite broke off before it checked anything."])
    return Scenario(name, _messages(checks, "FAILURE"), _messages(checks, "WARNING"))


def _messages(checks: Iterable[Mapping[str, str]], status: str) -> list[str]:
    return [f"{check['id']}: {check.get('errorMessage') or check['description']}" for check in checks if check["status"] == status]
