"""`make clients`: the official clients of MCP against `make run`, in a home of its own."""

import sys

from mcp_gateway.management import throwaway_home

if __name__ == "__main__":
    throwaway_home.enter()
    from tests.clients import check  # after the fork, in which no thread may run

    sys.exit(check.main())
