from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail", "skipped"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: how it stands, what that means, and what to do about it."""

    name: str
    state: State
    meaning: str
    fix: str = ""
