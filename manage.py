#!/usr/bin/env python
"""The operator's command line."""

import os
import sys

from mcp_gateway.management import throwaway_home
from rocketsdr import embedded

WITHOUT_SERVICES = {"help", "--help", "--version", "check", "collectstatic"}
STARTS_THEM_ITSELF = {"demo", "run"}


def main() -> None:
    """Run one management command; the embedded mode starts its services first, unless the command needs none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
    if sys.argv[1:2] == ["demo"] and not {"-h", "--help"} & set(sys.argv):
        throwaway_home.enter()
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVICES | STARTS_THEM_ITSELF:
        embedded.join()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
