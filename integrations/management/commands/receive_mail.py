from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.providers import builtin_mailbox


class Command(BaseCommand):
    help = "Run the built-in mailbox: an SMTP server on loopback that keeps every e-mail as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.MAILBOX_PORT, help="0 takes a free one")
        parser.add_argument("--delay-before-250", type=float, default=0.0, metavar="SECONDS", help="hold every 250 back, for tests")

    def handle(self, *args: object, port: int, delay_before_250: float, **options: object) -> None:
        if settings.MAILBOX_DIR is None:
            raise CommandError("The built-in mailbox belongs to the embedded mode; here mail goes out through connected accounts.")
        try:
            builtin_mailbox.serve(settings.MAILBOX_DIR, port=port, delay_before_250=delay_before_250, ready=self._say)
        except OSError as exc:
            raise CommandError(
                f"The built-in mailbox cannot listen on port {port}: {exc.strerror}. Set ROCKETSDR_MAILBOX_PORT to a free one."
            ) from exc

    def _say(self, port: int) -> None:
        self.stdout.write(f"The built-in mailbox listens on 127.0.0.1:{port}.")
        self.stdout.flush()
