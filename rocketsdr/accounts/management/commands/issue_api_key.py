from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.services import issue_api_key, operator_of
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand

DEFAULT_SCOPES = ALL_SCOPES - {"admin"}  # a program has no business with the workspace's people and keys


class Command(VerbCommand):
    help = "Make an API key for a workspace and print it; it is shown this once. It may whatever its owner may, but manage people and keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", type=int, help="The workspace's id, as create_workspace printed it.")
        parser.add_argument("--name", required=True, help="The program that will use the key.")
        parser.add_argument("--scopes", default="", help="What the key may do, with commas, such as campaigns:read,leads:read.")
        parser.add_argument("--days", type=int, help="End the key after this many days; without it the key ends when it is revoked.")

    def handle(self, *, workspace: int, name: str, scopes: str, days: int | None, **_: Any) -> None:
        wanted = frozenset(scopes.replace(",", " ").split()) or DEFAULT_SCOPES
        expires_at = None if days is None else now() + timedelta(days=days)
        issued = issue_api_key(actor=operator_of(workspace_id=workspace), name=name, scopes=wanted, expires_at=expires_at, now=now())
        self.stdout.write(issued.secret)
