"""The product with the suite's address in it, served for the suite to find fault with."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import django
from django.core.management import call_command

from rocketsdr import embedded
from tests.conformance import report, suite
from tests.conformance.keyed import keyed
from tests.conformance.report import Leg
from tests.serving import serving


def main() -> int:
    """Run the suite at both revisions and tell what it found; return the exit code."""
    with _served() as url, tempfile.TemporaryDirectory(prefix="rocketsdr-conformance-") as folder:
        legs = [_leg(url, revision, Path(folder) / revision) for revision in report.REVISIONS]
    told = [line for leg in legs for line in (*leg.lines(), "")]
    sys.stdout.write("\n".join([*told, report.last_line(legs), ""]))
    return 0 if all(leg.is_enough for leg in legs) else 1


def _leg(url: str, revision: str, results: Path) -> Leg:
    return Leg(revision, suite.required(revision), suite.run(url, revision, results))


@contextmanager
def _served() -> Iterator[str]:
    """Serve the product on a database of its own; give the address that the suite may use."""
    embedded.join()
    django.setup()
    call_command("migrate", verbosity=0)
    key = _printed("issue_api_key", _printed("create_workspace", "Conformance", owner="owner@conformance.example"), name="Suite")
    from mcp_gateway import streams  # whoever imports these starts the product
    from rocketsdr.asgi import application
    from tests.conformance.urls import ADDRESS

    streams.CHECK_EVERY = 0.2  # the suite waits 1.5 s for what the product tells within 5
    with serving(keyed(application, address=ADDRESS, key=key)) as port:
        yield f"http://127.0.0.1:{port}/{ADDRESS}"


def _printed(command: str, *arguments: str, **options: str) -> str:
    """Run a command of the operator's and return the one line that it prints."""
    said = StringIO()
    call_command(command, *arguments, **options, stdout=said)
    return said.getvalue().strip()
