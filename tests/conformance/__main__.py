"""`make conformance` and `make conformance-auth`: the official suite of MCP against a server of ours, in a home of its own."""

import os
import sys

from mcp_gateway.management import throwaway_home

if __name__ == "__main__":
    throwaway_home.enter()
    if sys.argv[1:] == ["authorization"]:
        from tests.conformance import authorization  # after the fork, in which no thread may run

        sys.exit(authorization.main())
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.conformance.settings"
    from tests.conformance import stage  # likewise: it starts the services of the new home

    sys.exit(stage.main())
