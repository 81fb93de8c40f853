"""The clients in JavaScript: the official SDK of both generations, the bridge mcp-remote, and the Inspector's command line."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.clients import node
from tests.clients.let_in import LetIn, Way
from tests.clients.person import Person
from tests.clients.seen import Seen

SCRIPTS = Path(__file__).parent / "scripts"
INSPECTOR = node.PACKAGES / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"
SECONDS = 25.0


class ClientFailed(Exception):
    """A client ended with an error; the message is the end of what it said."""


def look(script: str, url: str, key: str, product: str, *options: str) -> Seen:
    """Run a script that does what every client does, and says in its last line what it has seen."""
    return Seen(**json.loads(_said(SCRIPTS / script, url, key, product, *options).splitlines()[-1]))


def be_let_in(script: str, url: str, way: Way, person: Person) -> LetIn:
    """Run a script that signs in by OAuth; whatever it says that a person should open, the person opens."""
    said: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rocketsdr-client-") as home:
        for line in node.lines(SCRIPTS / script, url, way, home=Path(home), timeout=3 * SECONDS):
            said.append(line)
            person.read(line)
    try:
        return LetIn(**json.loads(said[-1]), consents=len(person.allowed))
    except (IndexError, ValueError, TypeError):
        raise ClientFailed("\n".join(said[-15:])) from None


def inspect(url: str, key: str, product: str, era: str) -> Seen:
    """Do with the Inspector's command line what every client does, a run of it for each request."""

    def ask(method: str, *options: str) -> dict[str, Any]:
        common = ["--cli", url, "--transport", "http", "--protocol-era", era, "--header", f"X-API-Key: {key}"]
        answer: dict[str, Any] = json.loads(_said(INSPECTOR, *common, "--method", method, *options))
        return answer

    def call(tool: str, **arguments: str) -> dict[str, Any]:
        pairs = [word for name, value in arguments.items() for word in ("--tool-arg", f"{name}={value}")]
        data: dict[str, Any] = ask("tools/call", "--tool-name", tool, *pairs)["structuredContent"]
        return data

    tools = [tool["name"] for tool in ask("tools/list")["tools"]]
    before = call("list_products", limit="100")
    made = [call("create_product", name=product, idempotency_key=f"key of {product}")["product"]["id"] for _ in range(2)]
    after = call("list_products", limit="100")
    return Seen(None, tools, _names(before), made, _names(after))


def _said(script: Path, *arguments: str) -> str:
    """Return what a script says; it gets a home of its own, where some keep what they know of a server."""
    with tempfile.TemporaryDirectory(prefix="rocketsdr-client-") as home:
        ran = node.run(script, *arguments, home=Path(home), timeout=SECONDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if ran.returncode != 0:
        raise ClientFailed("\n".join((ran.stderr or ran.stdout).strip().splitlines()[-12:]))
    said: str = ran.stdout
    return said


def _names(products: dict[str, Any]) -> list[str]:
    return [each["name"] for each in products["products"]]
