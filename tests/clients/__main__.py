"""`make clients`: the official clients of MCP against `make run`, in a home of its own."""

import os
import sys

from mcp_gateway.management import throwaway_home

if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "DEBUG"  # the logs are looked through for secrets
    throwaway_home.enter()
    from tests.clients import check  # after the fork, in which no thread may run

    sys.exit(check.main())
