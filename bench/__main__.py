"""`python -m bench [name …]`: run all benchmarks or those named, print their tables and, last, one JSON line of all figures."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext

from bench import csv_import, email_check, sending
from bench.stage import scratch

BENCHMARKS = {"csv": csv_import.run, "sending": sending.run, "email_check": email_check.run}
PURE = {"email_check"}  # these need no services


def main(names: list[str]) -> None:
    """Run the benchmarks one after the other."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}.")
    figures: dict[str, object] = {}
    busy = False
    with nullcontext() if names and set(names) <= PURE else scratch():
        for name in names or BENCHMARKS:
            found = BENCHMARKS[name]()
            busy = busy or bool(found["busy"])
            figures |= found
    sys.stdout.write(json.dumps({**figures, "busy": busy}) + "\n")


main(sys.argv[1:])
