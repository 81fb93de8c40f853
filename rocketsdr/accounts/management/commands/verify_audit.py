from __future__ import annotations

import sys
from itertools import islice
from typing import Any

from django.core.management.base import CommandParser

from rocketsdr.accounts import audit
from rocketsdr.accounts.models import AuditHead, Workspace
from rocketsdr.lib.commands import VerbCommand
from rocketsdr.lib.errors import NotFound

MOST_NAMED = 20


class Command(VerbCommand):
    help = "Verify the audit log: print a line for each workspace, and exit with 1 where an event was changed, removed or put in between."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", type=int, nargs="?", help="The workspace's id; without it every workspace.")

    def handle(self, *, workspace: int | None, **_: Any) -> None:
        chosen = Workspace.objects.order_by("id") if workspace is None else Workspace.objects.filter(id=workspace)
        rows = list(chosen.values_list("id", "name"))
        if workspace is not None and not rows:
            raise NotFound(f"There is no workspace {workspace}.", fix="Use the id that create_workspace printed.")
        whole = [self._verify(workspace_id, name) for workspace_id, name in rows]
        if not all(whole):
            sys.exit(1)

    def _verify(self, workspace_id: int, name: str) -> bool:
        """Print the line of one workspace; say whether its chain holds."""
        broken = list(islice(audit.broken_links(workspace_id), MOST_NAMED + 1))
        if not broken:
            number = AuditHead.objects.filter(workspace_id=workspace_id).values_list("sequence", flat=True).first() or 0
            self.stdout.write(f"{workspace_id} {name}: all {number:,} events hold")
            return True
        places = ", ".join(str(place) for place in broken[:MOST_NAMED])
        self.stdout.write(f"{workspace_id} {name}: broken at {places}{' and more' if len(broken) > MOST_NAMED else ''}")
        return False
