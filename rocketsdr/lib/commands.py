"""The shell as a door: a command calls one verb, prints what it returns, and says an error in one sentence."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rocketsdr.lib.errors import DomainError


class VerbCommand(BaseCommand):
    """A command whose standard output is its result alone, so that a script can take it."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DomainError as exc:
            raise CommandError(f"{exc.message} {exc.fix}".strip()) from exc
