"""The official suite's check of the authorization server, against `make run`: the metadata, and the grant to each kind of client.

A person who is signed in opens the address that the suite prints, and presses Allow.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from mcp_gateway.management.browser import Browser
from tests.clients import node
from tests.clients.installation import Installation, free_port, running
from tests.clients.let_in import DOCUMENT, FIXED
from tests.clients.person import Person, signed_in
from tests.conformance.suite import SUITE

CHECKS = {"authorization-server-metadata", "authorization-server-metadata-cimd", "authorization-code-grant"}
SECONDS = 60


def main() -> int:
    """Run the suite for each kind of client, tell what it found, and return the exit code."""
    with running() as installation, signed_in(installation.url, email=installation.owner, password=installation.password) as browser:
        told = {way: _checked(installation, browser, way) for way in ("the fixed client", "a registered client", "a published document")}
    wrong = [f"{way}: {fault}" for way, checks in told.items() for fault in _faults(checks)]
    sys.stdout.write("".join(f"FAIL  {fault}\n" for fault in wrong))
    passed = {way: f"{len([check for check in checks if check['status'] == 'SUCCESS'])}/{len(CHECKS)}" for way, checks in told.items()}
    sys.stdout.write(json.dumps(passed, separators=(",", ":")) + "\n")
    return 1 if wrong else 0


def _checked(installation: Installation, browser: Browser, way: str) -> list[dict[str, str]]:
    """Run the suite with one client; return the checks that it wrote down."""
    parts, port = urlsplit(installation.url), free_port()
    issuer = f"{parts.scheme}://{parts.netloc}"
    client = {"the fixed client": FIXED, "a published document": DOCUMENT}.get(way) or _registered(issuer, port)
    person = Person(browser)
    with tempfile.TemporaryDirectory(prefix="rocketsdr-authorization-") as folder:
        command = ["authorization", "--url", issuer, "--client-id", client, "--resource", installation.url, "--port", str(port)]
        for line in node.lines(SUITE / "dist" / "index.js", *command, "-o", f"{folder}/found", home=Path(folder), timeout=SECONDS):
            person.read(line)
        return list(_written(Path(folder)))


def _registered(issuer: str, port: int) -> str:
    metadata = {"client_name": "Suite", "redirect_uris": [f"http://127.0.0.1:{port}/callback"], "token_endpoint_auth_method": "none"}
    answer = httpx2.post(f"{issuer}/o/register/", json=metadata, timeout=SECONDS, trust_env=False)
    return str(answer.raise_for_status().json()["client_id"])


def _written(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.rglob("checks.json")):
        yield from json.loads(path.read_text())


def _faults(checks: list[dict[str, str]]) -> list[str]:
    """Name what failed, what was skipped, and what the suite did not come to."""
    failed = [f"{check['id']}: {check.get('errorMessage', check['status'])}" for check in checks if check["status"] != "SUCCESS"]
    return [*failed, *(f"{name}: not checked" for name in sorted(CHECKS - {check["id"] for check in checks}))]
