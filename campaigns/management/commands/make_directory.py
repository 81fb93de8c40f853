from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns.services import directories
from rocketsdr.lib import progress
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand, tell_progress


class Command(VerbCommand):
    help = "Fill a directory with people who do not exist, for a demonstration or a test; the same seed makes the same ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="N", help="How many people.")
        parser.add_argument("--seed", default="1", metavar="S", help="What they are made from.")
        parser.add_argument("--name", default="Made up", help="The directory's name; a new one is opened.")
        parser.add_argument("--workspace", type=int, metavar="ID", help="Who alone sees it; all workspaces without it.")

    def handle(self, *, number: int, seed: str, name: str, workspace: int | None, **_: Any) -> None:
        if number < 1:
            raise CommandError(f"N is {number}; at least one person is needed.")
        at = now()
        directory = directories.get_or_open(name=name, workspace_id=workspace, now=at)
        with progress.to(progress.sparing(tell_progress(sys.stderr))):
            stored = directories.make_up(directory=directory, number=number, seed=seed, now=at)
        self.stdout.write(f"{stored.added:,} added, {stored.updated:,} updated, {number - sum(stored):,} unchanged")
