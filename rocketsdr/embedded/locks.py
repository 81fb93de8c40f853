"""File locks that the kernel releases when their last holder is gone, however it went."""

import fcntl
import os
import time
from pathlib import Path

from rocketsdr.embedded import places

PAUSE = 0.02


def open_lock(home: Path, name: str) -> int:
    """Open a lock file of this home; it is closed in programs that this process starts, and shared with its forks."""
    folder = places.private_folder(home / "locks", name="The folder of the locks")
    return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def take(lock: int, kind: int, *, seconds: float = 0) -> bool:
    """Take the lock, waiting at most so long; say whether it is ours."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)
        else:
            return True


def is_held(home: Path, name: str) -> bool:
    """Say whether somebody holds the lock for himself."""
    lock = open_lock(home, name)
    try:
        return not take(lock, fcntl.LOCK_SH)
    finally:
        os.close(lock)
