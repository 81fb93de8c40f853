from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mcp_gateway.management import first_start
from mcp_gateway.management.first_start import Login
from rocketsdr.stack import Stack

HIGHEST_PORT = 65535
WELCOME = """
RocketSDR runs. Ctrl-C stops everything.

  Web       {url}
  Sign in   {login}
  Mailbox   {url}/mailbox/   every e-mail that it sends, as its recipient sees it
  Admin     {url}/admin/
  MCP       {url}/api/mcp

  An API key: {url}/settings/integrations/api-keys/new/, or in another terminal:

    {command}

  A first request with it:

    curl -sS {url}/api/mcp \\
      -H "Content-Type: application/json" \\
      -H "X-API-Key: YOUR_API_KEY" \\
      -d '{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_products","arguments":{{}}}}}}'
"""


class Command(BaseCommand):
    help = "Serve web, worker, beat and the built-in mailbox on this machine until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the web server listens")

    def handle(self, *, port: int, **_: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("run is for one machine with its own services: unset DATABASE_URL, REDIS_URL and PRODUCTION.")
        if not 1 <= port <= HIGHEST_PORT:
            raise CommandError(f"--port {port} is no port: give a number from 1 to {HIGHEST_PORT}.")
        signal.signal(signal.SIGTERM, _end)
        with contextlib.suppress(KeyboardInterrupt):  # asked to stop before everything had started: that is fine too
            self._serve(port)
        self.stdout.write("Stopped.")

    def _serve(self, port: int) -> None:
        stack = Stack(port=port)
        try:
            stack.start(self._say)
            self._say(_welcome(stack.url, first_start.prepare()))
            stack.wait()
        finally:
            stack.stop()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _welcome(url: str, login: Login | None) -> str:
    known = f"{login.email} with the password {login.password or 'that you have chosen'}" if login else "with your own account"
    elsewhere = [f"ROCKETSDR_HOME={os.environ['ROCKETSDR_HOME']}"] if "ROCKETSDR_HOME" in os.environ else []
    program = " ".join(map(shlex.quote, [*elsewhere, sys.executable, sys.argv[0]]))
    workspace = login.workspace_id if login else "WORKSPACE_ID"
    return WELCOME.format(url=url, login=known, command=f"{program} issue_api_key {workspace} --name curl")


def _end(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
