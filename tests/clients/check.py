"""Every client in turn against one installation, and a line about each."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.clients import javascript, python_sdk
from tests.clients.installation import SAMPLE, Installation, running
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


def main() -> int:
    """Let every client look, tell what each saw, and return the exit code."""
    with running() as installation:
        passed = sum(_passes(client, installation) for client in CLIENTS)
    sys.stdout.write(json.dumps({"clients": len(CLIENTS), "passed": passed}) + "\n")
    return 0 if passed == len(CLIENTS) else 1


def _passes(client: Client, installation: Installation) -> bool:
    began = time.monotonic()
    wrong = _wrong(client, installation)
    verdict = "FAIL" if wrong else "ok"
    lines = [f"{verdict:5}{time.monotonic() - began:5.1f} s  {client.name}", *(textwrap.indent(fault, " " * 14) for fault in wrong)]
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
