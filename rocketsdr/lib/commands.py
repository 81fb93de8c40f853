"""The shell as a door: a command calls one verb, prints what it returns, and says an error in one sentence."""

from __future__ import annotations

import time
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from rocketsdr.lib import progress
from rocketsdr.lib.errors import DomainError


class VerbCommand(BaseCommand):
    """A command whose standard output is its result alone, so that a script can take it."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DomainError as exc:
            raise CommandError(f"{exc.message} {exc.fix}".strip()) from exc


def tell_progress(stream: IO[str]) -> progress.Sink:
    """Return a sink that writes how far long work is: a line that is written over at a terminal, one below the other elsewhere."""
    end = "\r" if stream.isatty() else "\n"
    started = time.monotonic()

    def tell(done: int, total: int | None, message: str) -> None:
        share = f"{done / total:4.0%}  " if total else ""
        seconds = time.monotonic() - started
        left = f"  {seconds * (total - done) / done:,.0f} s left" if total and 0 < done < total else ""
        stream.write(f"{share}{message}{left}    {end if done != total else chr(10)}")
        stream.flush()

    return tell
