"""As whom PostgreSQL runs: it refuses root and users without a name, and it must own its data folder."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from rocketsdr.embedded.errors import NotStarted
from rocketsdr.embedded.programs import clean_environment


def launcher(postgres: Path) -> list[str]:
    """Return what to put before a program of PostgreSQL, so that it finds itself an ordinary user with a name."""
    if _is_ordinary():
        return []
    for words in (_in_namespace(), *([_as_stand_in()] if os.geteuid() == 0 else [])):
        if _works([*words, str(postgres / "postgres"), "--version"]):
            return words
    refused = "root" if os.geteuid() == 0 else "a user without a name"
    raise NotStarted(
        f"PostgreSQL refuses to run as {refused}, and this machine allows no way around it "
        "(unshare and setpriv of util-linux failed): run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def own(folder: Path, launcher: list[str]) -> None:
    """Give the data folder, which lies in the closed home, to the user that PostgreSQL will be to the files."""
    owner = _stand_in() if launcher[:1] == ["setpriv"] else os.geteuid()
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, -1, follow_symlinks=False)


def _is_ordinary() -> bool:
    try:
        return os.geteuid() != 0 and bool(pwd.getpwuid(os.geteuid()))
    except KeyError:
        return False


def _stand_in() -> int:
    """Return the user that PostgreSQL takes itself for: one with a name, as initdb looks it up."""
    others = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    return others.get("nobody", min(others.values(), default=65534))


def _in_namespace() -> list[str]:
    """To the files the server is still us; only to itself it is somebody else."""
    return ["unshare", "--user", f"--map-user={_stand_in()}", f"--map-group={_stand_in()}"]


def _as_stand_in() -> list[str]:
    """For root in containers that forbid namespaces: another user with the one right to pass through root's folders.

    Changing the user clears the signal at the parent's death, so setpriv sets it again.
    """
    user = _stand_in()
    right = "-all,+dac_override"
    rights = [f"--inh-caps={right}", f"--ambient-caps={right}", f"--bounding-set={right}"]
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *rights, "--pdeathsig=INT"]


def _works(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, env=clean_environment()).returncode == 0  # noqa: S603 - made above
