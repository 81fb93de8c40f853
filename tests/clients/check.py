"""Every client in turn against one installation, and a line about each."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mcp_gateway.management.browser import Browser
from rocketsdr import embedded
from tests import server_logs
from tests.clients import javascript, let_in, python_oauth, python_sdk
from tests.clients.installation import SAMPLE, Installation, running
from tests.clients.let_in import LetIn, Way
from tests.clients.person import Person, signed_in
from tests.clients.seen import NEW, OLD, Seen, faults


@dataclass(frozen=True)
class Client:
    """One client in one mode, and the revision that it should agree on."""

    name: str
    version: str
    look: Callable[[str, str, str], Seen]


def _python(mode: str) -> Callable[[str, str, str], Seen]:
    return partial(python_sdk.look, mode=mode)


def _script(script: str, *options: str) -> Callable[[str, str, str], Seen]:
    return lambda url, key, product: javascript.look(script, url, key, product, *options)


CLIENTS = (
    Client("Python client, auto", NEW, _python("auto")),
    Client("Python client, legacy", OLD, _python("legacy")),
    Client(f"Python client, {NEW}", NEW, _python(NEW)),
    Client("TypeScript SDK 1.x", OLD, _script("sdk1.mjs")),
    Client("TypeScript client 2.x, auto", NEW, _script("sdk2.mjs", "auto")),
    Client("TypeScript client 2.x, legacy", OLD, _script("sdk2.mjs", "legacy")),
    Client(f"TypeScript client 2.x, {NEW}", NEW, _script("sdk2.mjs", NEW)),
    Client("mcp-remote with X-API-Key", OLD, _script("bridge.mjs", "X-API-Key")),
    Client("mcp-remote with Authorization", OLD, _script("bridge.mjs", "Authorization")),
    Client("Inspector CLI, auto", NEW, partial(javascript.inspect, era="auto")),
    Client("Inspector CLI, legacy", OLD, partial(javascript.inspect, era="legacy")),
    Client("Inspector CLI, modern", NEW, partial(javascript.inspect, era="modern")),
)


@dataclass(frozen=True)
class Guest:
    """One client that a person lets in by OAuth, and how it is known."""

    name: str
    way: Way
    be_let_in: Callable[[str, Way, Person], LetIn]


WAYS: dict[Way, str] = {"fixed": "the fixed client", "registration": "by registration", "document": "by its published document"}
LET_IN: dict[str, Callable[[str, Way, Person], LetIn]] = {
    "Python client": python_oauth.be_let_in,
    "TypeScript SDK 1.x": partial(javascript.be_let_in, "oauth1.mjs"),
    "TypeScript client 2.x": partial(javascript.be_let_in, "oauth2.mjs"),
    "mcp-remote": partial(javascript.be_let_in, "oauth_bridge.mjs"),
}
GUESTS = [Guest(name, way, be_let_in) for name, be_let_in in LET_IN.items() for way in WAYS]


def main() -> int:
    """Let every client look, tell what each saw, and return the exit code."""
    with running() as installation, signed_in(installation.url, email=installation.owner, password=installation.password) as browser:
        checks = {client.name: partial(_wrong, client, installation) for client in CLIENTS}
        checks |= {f"{guest.name} by OAuth, {WAYS[guest.way]}": partial(_wrong_guest, guest, installation.url, browser) for guest in GUESTS}
        passed = sum(_passes(name, check) for name, check in checks.items())
    leaks = server_logs.leaks(embedded.home(), [installation.key, installation.password])
    sys.stdout.write("".join(f"A secret in a log: {leak}.\n" for leak in leaks))
    logged = server_logs.written(embedded.home())
    sys.stdout.write(json.dumps({"clients": len(checks), "passed": passed, "log_bytes": logged, "leaks": len(leaks)}) + "\n")
    return 0 if passed == len(checks) and logged and not leaks else 1


def _passes(name: str, check: Callable[[], list[str]]) -> bool:
    began = time.monotonic()
    wrong = check()
    verdict = "FAIL" if wrong else "ok"
    lines = [f"{verdict:5}{time.monotonic() - began:5.1f} s  {name}", *(textwrap.indent(fault, " " * 14) for fault in wrong)]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return not wrong


def _wrong(client: Client, installation: Installation) -> list[str]:
    product = f"Made by {client.name}"
    try:
        seen = client.look(installation.url, installation.key, product)
    except Exception as error:  # noqa: BLE001 - whatever a client fails with is its result
        return [f"{type(error).__name__}: {error}"]
    return list(faults(seen, version=client.version, product=product, sample=SAMPLE))


def _wrong_guest(guest: Guest, url: str, browser: Browser) -> list[str]:
    try:
        seen = guest.be_let_in(url, guest.way, Person(browser))
    except Exception as error:  # noqa: BLE001 - likewise
        return [f"{type(error).__name__}: {error}"]
    return list(let_in.faults(seen, way=guest.way, sample=SAMPLE))
