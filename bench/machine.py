"""Whether the machine had time for a benchmark: figures from a busy one say nothing."""

from __future__ import annotations

import os
import time
from statistics import median

LOOPS = 400_000  # some hundredths of a second of pure computing
FAIR_SHARE = 0.9  # of a core, while we compute
FAIR_SPREAD = 1.3  # the slowest look over the quickest


class Machine:
    """Looks at the machine between the rounds of a benchmark: how much of a core it gives, and how evenly."""

    def __init__(self) -> None:
        self._took: list[float] = []
        self._shares: list[float] = []

    def look(self) -> None:
        """Compute for a moment and note how long that took and what part of it we had a core."""
        wall, cpu = time.perf_counter(), time.process_time()
        total = 0
        for number in range(LOOPS):
            total += number
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self._took.append(wall)
        self._shares.append(cpu / wall)

    @property
    def busy(self) -> bool:
        """Say whether others took so much of the machine that the figures should not be trusted."""
        return min(self._shares) < FAIR_SHARE or max(self._took) > FAIR_SPREAD * median(self._took)

    def describe(self) -> str:
        """Say in a line what was seen."""
        verdict = "too busy: do not trust the figures, run it again" if self.busy else "quiet enough"
        share, spread = min(self._shares), max(self._took) / median(self._took)
        return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, at least {share:.0%} of a core, spread {spread:.2f}: {verdict}"
