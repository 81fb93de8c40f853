"""A program on the person's own computer that connects by OAuth: a public client with a loopback address to be led back to."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tests.browser.agent import SECONDS, eventually

PAGE = b"<!DOCTYPE html><html lang=en><title>Connected</title><h1>You can close this window.</h1></html>"
CALLBACK = "/callback"


@dataclass
class Program:
    """One attempt to connect; `answers` are the parameters that the person was led back with."""

    server: str
    origin: str
    client_id: str = "rocketsdr"
    verifier: str = field(default_factory=lambda: token_urlsafe(48))
    state: str = field(default_factory=token_urlsafe)
    answers: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.origin}{CALLBACK}"

    def authorize_url(self, scope: str) -> str:
        """Return where the program sends the person."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        wanted = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.address,
            "scope": scope,
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "resource": f"{self.server}/api/mcp",
        }
        return f"{self.server}/o/authorize/?{urlencode(wanted)}"

    def answer(self) -> dict[str, str]:
        """Wait for what the person is led back with."""
        return eventually(lambda: self.answers[-1] if self.answers else None)

    def token(self, code: str) -> str:
        """Exchange the code for an access token."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.address,
            "code_verifier": self.verifier,
            "resource": f"{self.server}/api/mcp",
        }
        response = httpx2.post(f"{self.server}/o/token/", data=form, timeout=SECONDS, trust_env=False)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])


@contextmanager
def listening(server: str) -> Iterator[Program]:
    """Run a program that waits on loopback for the person to come back."""
    program = Program(server, "")

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == CALLBACK:
                program.answers.append({name: values[-1] for name, values in parse_qs(parts.query).items()})
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: Any) -> None:
            """Say nothing of it."""

    with HTTPServer(("127.0.0.1", 0), Door) as door:
        program.origin = f"http://127.0.0.1:{door.server_port}"
        thread = threading.Thread(target=door.serve_forever)
        thread.start()
        try:
            yield program
        finally:
            door.shutdown()
            thread.join()
