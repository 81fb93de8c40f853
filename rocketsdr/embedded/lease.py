"""Takes part in the services of a home: they run as long as a process holds the lease.

Every user holds a shared lock on `locks/lease`; its forks share it, programs it starts do not. One supervisor per home holds
`locks/supervisor`, and `locks/ready` while both servers answer. The kernel releases each when its holders are gone, so a
process killed with -9 counts like one that ended. When the lease is free the supervisor stops the servers and ends.
When the supervisor itself is killed its servers end with it: the connections of those who still live fail, and the next
`join` by any of them, or by a newcomer, starts all again.
"""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from rocketsdr import env
from rocketsdr.embedded import locks, places, programs
from rocketsdr.embedded.errors import NotStarted

SECONDS_TO_WAIT = 360.0  # longer than a recovery may take

_leases: dict[Path, int] = {}  # stay open until the process ends


def join(home: Path | None = None) -> None:
    """Start the embedded services unless they run, and keep them for this process and its forks until they end."""
    if not places.wanted():
        return
    home = places.home(home)
    _take_lease(home)
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        lock = locks.open_lock(home, "supervisor")
        try:
            if locks.take(lock, fcntl.LOCK_EX):
                _start_supervisor(home, lock)
        finally:
            os.close(lock)
        if locks.is_held(home, "ready"):
            return
        time.sleep(locks.PAUSE)
    raise NotStarted(f"The embedded services did not answer within {SECONDS_TO_WAIT:.0f} s: see {places.log_file(home, 'supervisor')}.")


def _take_lease(home: Path) -> None:
    if home in _leases and _is_current(_leases[home], home / "locks" / "lease"):
        return
    lock = locks.open_lock(home, "lease")
    if not locks.take(lock, fcntl.LOCK_SH, seconds=SECONDS_TO_WAIT):  # the last supervisor is stopping its servers
        raise NotStarted(f"The embedded services of {home} do not end: see {places.log_file(home, 'supervisor')}.")
    _leases[home] = lock


def _is_current(lock: int, path: Path) -> bool:
    """Say whether the lease is still open and on the file that is there now: a home may have been removed and made anew."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except OSError:
        return False


def _start_supervisor(home: Path, lock: int) -> None:
    """Start the supervisor in a session of its own, so that Ctrl-C does not reach it, and wait for its first word."""
    fsync = env.flag("ROCKETSDR_EMBEDDED_FSYNC", default=True)
    plan = [str(home), str(programs.postgres_folder()), str(programs.redis_server()), str(int(fsync))]
    read_end, write_end = os.pipe()
    with places.open_log(home, "supervisor") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-S", "-P", "-m", "rocketsdr.embedded.supervisor", *plan, str(lock), str(write_end)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            env={**programs.clean_environment(), "PYTHONPATH": str(places.PROJECT)},
            pass_fds=[lock, write_end],
            start_new_session=True,
        )
    os.close(write_end)
    process.wait()  # it has forked: the supervisor is init's child, not ours
    with os.fdopen(read_end, encoding="utf-8") as pipe:
        word = pipe.read()
    if word != "ready":
        raise NotStarted(word or f"The embedded services did not start: see {places.log_file(home, 'supervisor')}.")
