"""The servers under comparison: each one process, on the same database, started by the command that its documentation names."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.gateway.load import BadAnswer
from bench.gateway.stage import PROJECT, Stage

PEERS = ("fastmcp", "sdk", "bare")
MODULES = {"fastmcp": "bench.gateway.peers.fastmcp_server", "sdk": "bench.gateway.peers.sdk_server", "bare": "bench.gateway.peers.bare"}
PEERS_PYTHON = PROJECT / ".venv-bench" / "bin" / "python"
STARTS_WITHIN = 60.0
HANDSHAKE, MODERN = "2025-11-25", "2026-07-28"  # the newest of each era
ABOUT = "io.modelcontextprotocol/"


@dataclass(frozen=True)
class Server:
    """One running server and where it answers."""

    name: str
    port: int
    path: str
    key: str
    process: subprocess.Popen[bytes] = field(repr=False)

    def request(self, method: str, params: dict[str, Any], version: str = HANDSHAKE) -> bytes:
        """Return the bytes of one HTTP request."""
        headers, body = self._message(method, params, version)
        head = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*head, "", ""]).encode() + body

    def ask(self, method: str, params: dict[str, Any], version: str = HANDSHAKE) -> dict[str, Any]:
        """Send one request on a connection of its own and return its result."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers, body = self._message(method, params, version)
        try:
            connection.request("POST", self.path, body, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        answer = json.loads(text) if response.status == 200 else {}
        if "result" not in answer:
            raise BadAnswer(f"{self.name} answered {method} with {response.status}: {text[:1000]!r}")
        result: dict[str, Any] = answer["result"]
        return result

    def _message(self, method: str, params: dict[str, Any], version: str) -> tuple[dict[str, str], bytes]:
        """Return the headers and the body of a request in this revision; no server needs a handshake before it."""
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {self.key}",
            "MCP-Protocol-Version": version,
            "User-Agent": "bench",
        }
        if version == MODERN:
            headers |= {"Mcp-Method": method, **({"Mcp-Name": params["name"]} if "name" in params else {})}
            about = {"protocolVersion": version, "clientInfo": {"name": "bench", "version": "1"}, "clientCapabilities": {}}
            params = {**params, "_meta": {f"{ABOUT}{name}": value for name, value in about.items()}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        return {**headers, "Content-Length": str(len(body))}, body


@contextmanager
def running(stage: Stage, peers: tuple[str, ...] = PEERS, *, record: str = "together") -> Iterator[list[Server]]:
    """Start ours and then the peers, which list the same tools; stop them all in the end."""
    os.environ["BENCH_RECORD"] = record
    with ExitStack() as stack:
        ours = stack.enter_context(_started("ours", stage, _our_command, "/api/mcp"))
        stage.tools.write_text(json.dumps(ours.ask("tools/list", {})["tools"]))
        yield [ours, *(stack.enter_context(_started(name, stage, _peer_command, "/mcp")) for name in peers)]


@contextmanager
def _started(name: str, stage: Stage, command: Any, path: str) -> Iterator[Server]:
    port = _free_port()
    log = stage.folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command(name, port), cwd=PROJECT, env=stage.environment(port), stdout=output, stderr=output)  # noqa: S603
    try:
        _await(name, port, process, log)
        yield Server(name, port, path, stage.key, process)
    finally:
        process.terminate()
        process.wait(30)


def _our_command(_: str, port: int) -> list[str]:
    from rocketsdr.stack import web_command

    return web_command(port)


def _peer_command(name: str, port: int) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    return [str(PEERS_PYTHON), "-m", "uvicorn", f"{MODULES[name]}:app", *options]


def _await(name: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"The server {name} did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def python_of_peers() -> None:
    """Refuse to start where the peers are not installed."""
    if not os.access(PEERS_PYTHON, os.X_OK):
        sys.exit("The peers are not installed: run make bench-gateway, which makes .venv-bench.")
