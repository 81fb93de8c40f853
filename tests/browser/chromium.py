"""Debian's Chromium, or whichever CHROMIUM names; no browser is ever downloaded.

Playwright drives it, not Selenium: its driver lies in its wheel, where Selenium wants a chromedriver of the same version beside the
browser; it hears console, exceptions and requests of every frame as they happen, where Selenium has to ask a log afterwards; and it
waits for states by itself, so that no test sleeps.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SETTING = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "The browser tests need Chromium: `apt-get install chromium`, or name the program with CHROMIUM=/path/to/chromium."
# Nothing but our own server is asked for anything: no update, no variation, no name of the net.
OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
]


def program() -> Path:
    """Return the browser's program; end with a sentence where there is none."""
    named = os.environ.get(SETTING)
    if named and not os.access(named, os.X_OK):
        raise SystemExit(f"CHROMIUM={named} is no program. {MISSING}")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit(MISSING)
    return Path(found)


@contextmanager
def running() -> Iterator[Browser]:
    """Run the browser without a window."""
    # Chromium's sandbox refuses to run as root, which is who runs it in most containers.
    sandboxed = os.geteuid() != 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), headless=True, args=OPTIONS, chromium_sandbox=sandboxed)
        yield browser
        browser.close()
