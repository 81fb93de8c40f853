from __future__ import annotations

import shutil
import signal
import sys
import textwrap
import time
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mcp_gateway.management import agent, story, targeted
from mcp_gateway.management.browser import Browser
from mcp_gateway.management.postbox import Postbox
from mcp_gateway.management.story import DemoFailed, NothingMoves, Story
from rocketsdr.accounts.models import User
from rocketsdr.embedded import places
from rocketsdr.stack import Stack

SAMPLE = settings.BASE_DIR / "campaigns" / "sample.csv"
LARGEST_FILE = 2 * 1024 * 1024
OWNER = "owner@ledgerline.example"
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Do the main job once, from an empty home to answered e-mails, tell it in sentences, and remove everything again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--csv", type=Path, default=SAMPLE, metavar="FILE", help="your own leads, up to 2 MB; else a sample of 200 rows"
        )

    def handle(self, *, csv: Path, **_: Any) -> None:
        self.began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _end)
        try:
            with story.plain_words():
                last_line = self._tell(_checked(csv))
        except DemoFailed as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        self.stdout.write(f"\n{last_line}")

    def _tell(self, csv: Path) -> str:
        """Tell the story with everything running, and stop everything after it."""
        self.stdout.write(f"RocketSDR, from an empty folder to answered e-mails, with the leads of {csv}.")
        self.stdout.write("Everything runs on this machine, in a folder of its own that is removed at the end.\n\n")
        self.stdout.flush()
        stack = Stack()
        try:
            stack.start()
            self._say(f"PostgreSQL, Redis, the web server, a worker, beat and a mailbox run at {stack.url}.")
            return self._main_job(stack, csv)
        except NothingMoves:
            self.stderr.write("\n".join(["", *places.last_lines(places.log_file(stack.home, "worker"))]))
            raise
        finally:
            stack.stop()

    def _main_job(self, stack: Stack, csv: Path) -> str:
        password = token_urlsafe(12)
        api_key = self._open_workspace(password)
        with agent.connected(f"{stack.url}/api/mcp", api_key=api_key) as client, Browser(stack.url) as browser:
            told = Story(client, browser, Postbox(stack.home / "mailbox"), self._say, self._quote)
            told.describe_offer()
            told.create_campaign(told.upload(csv))
            told.preview()
            told.suppress_one()
            reached = told.send_first()
            told.answer(OWNER, password)
            told.unsubscribe()
            told.send_second(reached)
            targeted.fill_directory()
            return told.report(reached, targeted.write_to_targeted(told), lambda: time.monotonic() - self.began)

    def _open_workspace(self, password: str) -> str:
        """Open a workspace and make a key for it, by the commands that a person would type."""
        User.objects.create_user(OWNER, password)
        workspace_id = _printed("create_workspace", "Ledgerline", owner=OWNER, postal_address="1 Main Street, Springfield")
        api_key = _printed("issue_api_key", workspace_id, name="Demo agent")
        self._say(f"create_workspace opened a workspace for {OWNER}; issue_api_key made the key {api_key[:16]}… for an agent.")
        return api_key

    def _say(self, sentence: str) -> None:
        """Print a sentence with the seconds that have passed, wrapped to the screen."""
        width = min(shutil.get_terminal_size((110, 24)).columns, 130)
        lines = textwrap.wrap(sentence, max(width - 10, 40), break_long_words=False, break_on_hyphens=False)
        self.stdout.write(f"{time.monotonic() - self.began:6.1f} s  " + "\n          ".join(lines))
        self.stdout.flush()

    def _quote(self, text: str) -> None:
        """Print somebody's words as they are, set apart."""
        for line in text.strip().splitlines():
            self.stdout.write(f"          │ {line}".rstrip())
        self.stdout.flush()


def _checked(csv: Path) -> Path:
    """Return the file if it can be a list of leads at all; what is in it, the product itself checks."""
    if not csv.is_file():
        raise DemoFailed(f"There is no file {csv}: name a CSV file of leads, as in make demo CSV=leads.csv.")
    if csv.stat().st_size > LARGEST_FILE:
        raise DemoFailed(f"{csv} has {csv.stat().st_size:,} bytes: a CSV of leads may have {LARGEST_FILE:,}.")
    return csv


def _printed(command: str, *arguments: str, **options: str) -> str:
    """Run a command and return the one line that it prints."""
    said = StringIO()
    call_command(command, *arguments, **options, stdout=said)
    return said.getvalue().strip()


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
