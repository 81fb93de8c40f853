"""The person in front of a client that signs in by OAuth: signed in with the real pages, and pressing Allow on the page of consent."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2

from mcp_gateway.management.browser import Browser, PageFailed

AUTHORIZE = re.compile(r"http://127\.0\.0\.1:\d+/o/authorize/\?[^\s\"'<>]+")
SECONDS = 20.0


class Person:
    """Opens the address that a client shows, reads whether it is the page of consent, and lets the client in."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.allowed: list[str] = []

    def allow(self, address: str) -> None:
        """Press Allow, once for each request, and be led back to the client."""
        if address in self.allowed:
            return
        self.allowed.append(address)
        path, _, query = address.partition("?")
        page = self._browser.open(path, **dict(parse_qsl(query)))
        form = next((form for form in page.forms if "/o/authorize/" in form.action), None)
        if form is None:
            raise PageFailed(f"{page.url} is no page of consent.")
        try:
            self._browser.submit(form, decision="allow")
        except httpx2.ConnectError as error:
            self._go_back(str(error.request.url))

    def _go_back(self, address: str) -> None:
        """Follow the way back to a client that begins to listen only after it has shown the address: people are slower than this."""
        deadline = time.monotonic() + SECONDS
        while True:
            path, _, query = address.partition("?")
            try:
                self._browser.open(path, **dict(parse_qsl(query)))
            except httpx2.ConnectError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def read(self, line: str) -> None:
        """Do what a line that a client says asks a person for."""
        if found := AUTHORIZE.search(line):
            self.allow(found[0])


@contextmanager
def signed_in(url: str, *, email: str, password: str) -> Iterator[Browser]:
    """Sign in at the server of this address."""
    parts = urlsplit(url)
    with Browser(f"{parts.scheme}://{parts.netloc}") as browser:
        browser.sign_in(email, password)
        yield browser


class Callback:
    """Where a client that runs here is led back to."""

    def __init__(self) -> None:
        self.queries: Queue[dict[str, str]] = Queue()
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                callback.queries.put({name: values[0] for name, values in query.items()})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/callback"
        self._thread = threading.Thread(target=self._server.serve_forever, name="callback")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(SECONDS)
