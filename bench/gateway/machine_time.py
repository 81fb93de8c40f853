"""Who has had the processors while a benchmark ran: its own processes, or somebody else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MOST_OTHERS = 0.10  # of all processors together
MOST_STOLEN = 0.03
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Shares:
    """Parts of all processors' time, 0 to 1."""

    ours: float
    others: float
    stolen: float

    @property
    def busy(self) -> bool:
        """Say whether others took so much that the figures should not be trusted."""
        return self.others > MOST_OTHERS or self.stolen > MOST_STOLEN

    def describe(self) -> str:
        """Say in a line what was seen."""
        verdict = "too busy: do not trust the figures" if self.busy else "quiet enough"
        return (
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the benchmark took {self.ours:.0%} of them, "
            f"others {self.others:.0%}, stolen {self.stolen:.0%}: {verdict}"
        )


class Watch:
    """Looks at the kernel's counters at the beginning and at the end."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)
        self._ours: dict[int, int] = {}
        self._first_ours = 0
        self._first = _processors()
        self.look()
        self._first_ours = sum(self._ours.values())

    def look(self) -> None:
        """Note the time of the benchmark's own processes; call it now and then, as processes end."""
        parents = _parents()
        for number in parents:
            if self._is_ours(number, parents):
                self._ours[number] = max(self._ours.get(number, 0), _ticks(number))

    def shares(self) -> Shares:
        """Return who has had the processors since the beginning."""
        self.look()
        total, idle, stolen = (end - start for start, end in zip(self._first, _processors(), strict=True))
        ours = sum(self._ours.values()) - self._first_ours
        total = max(total, 1)
        return Shares(ours / total, max(0, total - idle - stolen - ours) / total, stolen / total)

    def _is_ours(self, number: int, parents: dict[int, int]) -> bool:
        """A process is the benchmark's when it descends from it, or from the servers of its home."""
        seen = 0
        while number > 1 and seen < 30:
            if number == os.getpid() or self._home in _command(number):
                return True
            number, seen = parents.get(number, 0), seen + 1
        return False


def cpu_seconds(number: int) -> float:
    """Return how long a process has had a processor so far."""
    return _ticks(number) / TICKS


def _processors() -> tuple[int, int, int]:
    """Return all ticks so far, the idle ones and the stolen ones."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4], fields[7]


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[1])
    return found


def _ticks(number: int) -> int:
    fields = _stat(number)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat(number: int) -> list[str]:
    """Return the fields behind the process's name; none for one that has ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _command(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
