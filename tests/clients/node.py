"""The Node.js of the lock file and the packages beside it; nothing of the machine's own is used."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).parent / "node_modules"
MISSING = "The JavaScript packages are not installed: run `make tests/clients/node_modules/.ready`."


def program() -> Path:
    """Return Node.js 22 for this platform, which is an npm package like the others."""
    found = [*PACKAGES.glob("node-*-*/bin/node"), PACKAGES / "node" / "bin" / "node"]
    if not found[0].is_file():
        raise SystemExit(MISSING)
    return found[0]


def lines(script: Path, *arguments: str, home: Path, timeout: float) -> Iterator[str]:
    """Yield what a script says, line by line, while it runs; it is ended when it takes too long."""
    process = subprocess.Popen(  # noqa: S603 - programs of the lock file
        [str(program()), str(script), *arguments],
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # what it starts itself ends with it
    )
    timer = threading.Timer(timeout, _end, [process])
    timer.start()
    try:
        yield from process.stdout or ()
    finally:
        timer.cancel()
        _end(process)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def run(script: Path, *arguments: str, home: Path, timeout: float, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a script; what it writes into its home goes into this folder, and no browser is opened."""
    return subprocess.run(  # noqa: S603 - programs of the lock file
        [str(program()), str(script), *arguments],
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        text=True,
        check=False,
        **options,
    )


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "NO_COLOR": "1", "BROWSER": "true"}
