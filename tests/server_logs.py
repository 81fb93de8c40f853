"""What server processes have written must hold no secret: the keys that were used, and every secret that the home keeps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def leaks(home: Path, used: Iterable[str] = ()) -> list[str]:
    """Return a line for each log of this home in which a secret stands; the secret itself is not in it."""
    secrets = {"a key that was used": [*used], **{path.name: path.read_text().split(",") for path in _kept(home)}}
    found = []
    for log in sorted((home / "log").glob("*.log*")):
        text = log.read_text(encoding="utf-8", errors="replace")
        found += [f"{log.name} holds {kind}" for kind, values in secrets.items() if any(value and value in text for value in values)]
    return found


def written(home: Path) -> int:
    """Return how many bytes the logs of this home hold: a search through nothing finds nothing."""
    return sum(log.stat().st_size for log in (home / "log").glob("*.log*"))


def _kept(home: Path) -> list[Path]:
    return sorted(path for path in (home / "secrets").iterdir() if path.is_file() and not path.name.startswith("."))
