from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from campaigns.services.senders import add_builtin_sender
from rocketsdr.accounts.services import create_workspace, operator_of
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand


class Command(VerbCommand):
    help = "Open a workspace and print its id. In the embedded mode it gets a sender into the built-in mailbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The name of the company.")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="Who owns it; a person who is new is added.")
        parser.add_argument("--postal-address", default="", help="Stands at the foot of every e-mail; real sending needs it.")

    @transaction.atomic
    def handle(self, *, name: str, owner: str, postal_address: str, **_: Any) -> None:
        workspace = create_workspace(name=name, owner_email=owner, postal_address=postal_address, now=now())
        if settings.EMBEDDED:
            add_builtin_sender(actor=operator_of(workspace_id=workspace.id), now=now())
        self.stdout.write(str(workspace.id))
