from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from rocketsdr.accounts.security import second_factor
from rocketsdr.lib.commands import VerbCommand


class Command(VerbCommand):
    help = "Take away the second factor that a person has lost, and sign them out everywhere; they are told by mail. Be sure who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The address that the person signs in with.")

    def handle(self, *, email: str, **_: Any) -> None:
        user = second_factor.reset(email=email, via="shell")
        self.stdout.write(f"{user.email} signs in with their password alone now, and can set up a new second factor.")
