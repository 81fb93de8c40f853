"""`make browser` and `make screenshots`: a real Chromium before everything that `make run` starts, in a home of its own."""

import sys

from mcp_gateway.management import throwaway_home

if __name__ == "__main__":
    from tests.browser import chromium

    chromium.program()  # whoever has none hears it at once, not after everything has started
    throwaway_home.enter()
    from tests.browser import run  # after the fork, in which no thread may run

    sys.exit(run.main(sys.argv[1:]))
