"""`make conformance`: the official suite of the Model Context Protocol against a server of ours, in a home of its own."""

import os
import sys

from mcp_gateway.management import throwaway_home

if __name__ == "__main__":
    throwaway_home.enter()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.conformance.settings"
    from tests.conformance import stage  # after the fork: it starts the services of the new home

    sys.exit(stage.main())
