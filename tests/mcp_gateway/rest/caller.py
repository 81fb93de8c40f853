"""A program that calls tools over REST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

FIELDS = {"type", "title", "status", "detail", "code", "fix", "field_errors", "failed_gates"}


@dataclass
class Rest:
    api_key: str = ""
    client: Client = field(default_factory=Client)

    def send(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", **headers: str) -> Any:
        """Send a request below /api/v1/; header names are written with underscores."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        key = {"X-API-Key": self.api_key} if self.api_key else {}
        return self.client.generic(method, f"/api/v1/{path}", body, content_type, headers={**key, **extra})

    def call(self, tool: str, arguments: object, **headers: str) -> Any:
        """Call a tool of the outreach surface."""
        return self.send("POST", f"outreach/{tool}", json.dumps(arguments).encode(), **headers)

    def problem(self, status: int, tool: str, arguments: object, **headers: str) -> dict[str, Any]:
        """Call a tool that has to refuse; return the problem."""
        return checked(self.call(tool, arguments, **headers), status)


def checked(response: Any, status: int) -> dict[str, Any]:
    """Return the problem that a response is, in the form that every one has."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert set(problem) >= FIELDS
    assert problem["type"].endswith(f"/docs/mcp#error-{status}")
    assert all(problem[name] for name in ("title", "detail", "code", "fix")), problem
    return problem


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep the test's connection, which the server would give back after each request, with the test's transaction in it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
