from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns.services.senders import add_sender
from integrations.contracts import SmtpEndpoint, TlsMode
from rocketsdr import env
from rocketsdr.accounts.services import operator_of
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand

PASSWORD_VARIABLE = "SMTP_PASSWORD"  # noqa: S105 - its name
SCHEMES: dict[str, tuple[TlsMode, int]] = {"smtp": ("none", 25), "smtp+tls": ("starttls", 587), "smtps": ("tls", 465)}


class Command(VerbCommand):
    help = (
        "Add a mailbox to send from and print the sender's id. A password that is not in the URL is read from "
        f"{PASSWORD_VARIABLE} or from standard input, so that no list of processes shows it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", type=int, help="The workspace's id, as create_workspace printed it.")
        parser.add_argument("--from", required=True, dest="address", metavar="ADDRESS", help="The address to send from.")
        parser.add_argument(
            "--smtp", required=True, metavar="URL", help="smtp+tls://user@host:587, smtps://user@host:465 or smtp://host:25"
        )
        parser.add_argument("--name", default="", help="The name that readers see.")
        parser.add_argument("--daily-cap", type=int, help="E-mails a day; 30 without it.")
        parser.add_argument("--signature", default="", help="What {{ sender.signature }} stands for.")
        parser.add_argument("--no-check", action="store_true", help="Do not sign in to the server now.")

    def handle(self, *, workspace: int, address: str, smtp: str, no_check: bool, **given: Any) -> None:
        sender = add_sender(
            actor=operator_of(workspace_id=workspace),
            email=address,
            from_name=given["name"],
            smtp=_endpoint(smtp),
            daily_cap=given["daily_cap"],
            signature=given["signature"],
            check=not no_check,
            now=now(),
        )
        self.stdout.write(str(sender.id))


def _endpoint(url: str) -> SmtpEndpoint:
    try:
        parts = env.parsed(url, schemes=tuple(SCHEMES), name="--smtp")
    except env.BadSetting as exc:
        raise CommandError(str(exc)) from None
    tls, port = SCHEMES[parts.scheme]
    password = parts.password or (_password(parts.username) if parts.username else "")
    return SmtpEndpoint(host=parts.host, port=parts.port or port, tls=tls, username=parts.username, password=password)


def _password(username: str) -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is None and sys.stdin.isatty():
        given = getpass.getpass(f"Password of {username}: ")
    if given is None:
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise CommandError(f"There is no password for {username}: set {PASSWORD_VARIABLE} or write it to standard input.")
    return given
