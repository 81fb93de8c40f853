"""A home of embedded services for one command only: made before it, stopped and removed after it, however it ends.

Two processes share the work: the command runs in the child, and the parent, which imports neither Django nor starts a thread,
waits until the last process of the home is gone and then removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from rocketsdr.embedded import locks
from rocketsdr.embedded.children import dying_with_us

SECONDS_TO_END = 60.0
# What names a database, a store or a key of the caller's: none of it may be touched.
OF_THE_CALLER = (
    "DATABASE_URL",
    "REDIS_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "PUBLIC_URL",
    "PRODUCTION",
    "SECRET_KEY",
    "FERNET_KEYS",
    "API_KEY_PEPPERS",
    "ROCKETSDR_MAILBOX_PORT",
)


def enter() -> None:
    """Go on in a child process that has a new home; the caller's process itself ends here, with the child's exit code."""
    home = Path(tempfile.mkdtemp(prefix="rocketsdr-"))
    last_breath = dying_with_us(signal.SIGTERM)
    child = os.fork()
    if child == 0:
        last_breath()
        for name in OF_THE_CALLER:
            os.environ.pop(name, None)
        os.environ |= {"ROCKETSDR_HOME": str(home), "ROCKETSDR_EMBEDDED_FSYNC": "off"}  # what is thrown away need not survive a power cut
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        return
    try:
        code = _code_of(child)
        _await_end(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(code)


def _code_of(child: int) -> int:
    """Return the child's exit code; Ctrl-C reaches it by itself, other wishes to end are passed on."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _await_end(home: Path) -> None:
    """Return when the services have stopped, which they do once nobody uses them."""
    deadline = time.monotonic() + SECONDS_TO_END
    while locks.is_held(home, "supervisor") and time.monotonic() < deadline:
        time.sleep(locks.PAUSE)
