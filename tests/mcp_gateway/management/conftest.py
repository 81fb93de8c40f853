"""Commands of the operator as real processes, and a look at what they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent.parent
SECONDS = 90


@dataclass
class Shell:
    """Starts programs whose temporary files lie in one folder, so that all that they leave behind can be found."""

    scratch: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}}
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *command],
            cwd=PROJECT,
            env={**kept, "TMPDIR": str(self.scratch), "ROCKETSDR_EMBEDDED_FSYNC": "off", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def left_behind(self) -> list[str]:
        """Return the files and processes that belong to the folder."""
        files = [str(path) for path in self.scratch.iterdir()]
        return files + [command for entry in Path("/proc").glob("[0-9]*") if (command := _of_folder(entry, str(self.scratch)))]


def _of_folder(process: Path, folder: str) -> str:
    """Return the command of a process that was started with this folder or works in it, or an empty text."""
    try:
        command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        environment = process.joinpath("environ").read_bytes().decode("utf-8", "replace")
        place = str(process.joinpath("cwd").readlink())
    except OSError:
        return ""
    return command if folder in command + environment + place else ""


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Return what a process prints up to the line with these words."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r} but:\n{said}{process.stderr and process.stderr.read()}")


def eventually(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not (is_so := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    made = Shell(scratch)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()
    assert eventually(lambda: not [each for each in made.left_behind() if not each.startswith("/")])
