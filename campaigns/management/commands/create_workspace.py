from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from rocketsdr.accounts.services import create_workspace
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand


class Command(VerbCommand):
    help = "Open a workspace and print its id. In the embedded mode it gets a sender into the built-in mailbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The name of the company.")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="Who owns it; a person who is new is added.")
        parser.add_argument("--postal-address", default="", help="Stands at the foot of every e-mail; real sending needs it.")

    def handle(self, *, name: str, owner: str, postal_address: str, **_: Any) -> None:
        workspace = create_workspace(name=name, owner_email=owner, postal_address=postal_address, now=now())
        self.stdout.write(str(workspace.id))
