"""Starts the product as `make run` does, and lets pytest look at it; the arguments are pytest's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rocketsdr import embedded
from rocketsdr.stack import Stack

HERE = Path(__file__).parent
ADDRESS = "ROCKETSDR_BROWSER_URL"
USUAL = ["-n", "2", "--dist", "worksteal", "--durations", "5", "--durations-min", "10"]


def main(arguments: list[str]) -> int:
    """Run the browser tests, or those that the arguments choose; return the exit code."""
    with Stack() as stack:
        os.environ |= {
            ADDRESS: stack.url,
            "PUBLIC_URL": stack.url,  # the tests and the server write the same links
            # Playwright runs an event loop in the thread of the test, and Django refuses to query there: nothing of ours is async.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        named = [each for each in arguments if each.startswith("tests/")]
        kept = f"--basetemp={embedded.home() / 'tmp_path'}"  # what tests write goes when the home goes
        return int(pytest.main([*USUAL, kept, *arguments, *([] if named else [str(HERE)])]))
