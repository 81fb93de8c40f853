from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from campaigns.rules.directory.rows import Defaults
from campaigns.services import directories
from rocketsdr.lib import progress
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand, tell_progress

SHOWN = 10  # of the most frequent unknown words of each facet


class Command(VerbCommand):
    help = (
        "Load people from a file (.csv, .tsv, .jsonl, .ndjson, .parquet; .gz of all but the last) into a directory. Calling it again "
        "goes on where it was broken off; nobody is loaded twice. Prints the counts, and below them the words that targeting does not know."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The first line or the names of its columns say what they are; id, email, title, …")
        parser.add_argument("--name", default="Directory", help="The directory's name; a new one is opened.")
        parser.add_argument("--workspace", type=int, metavar="ID", help="Who alone sees it; all workspaces without it.")
        parser.add_argument("--source", default="", help="Where rows come from that do not say it themselves.")
        parser.add_argument("--lawful-basis", default="unknown", help="consent, contract, legitimate_interest, public_data or unknown.")

    def handle(self, *, file: Path, name: str, workspace: int | None, source: str, lawful_basis: str, **_: Any) -> None:
        at = now()
        directory = directories.get_or_open(name=name, workspace_id=workspace, now=at)
        with progress.to(progress.sparing(tell_progress(sys.stderr))):
            load = directories.load(path=file, directory=directory, defaults=Defaults(source[:100], lawful_basis), now=at)
        self.stdout.write(f"{load.added:,} added, {load.updated:,} updated, {load.unchanged:,} unchanged, {load.refused:,} refused")
        for facet, words in sorted(load.unknown.items()):
            frequent = ", ".join(f"{text!r:.80} ({number:,})" for text, number in sorted(words.items(), key=lambda each: -each[1])[:SHOWN])
            self.stdout.write(f"unknown {facet}: {frequent}")
