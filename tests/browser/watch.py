"""Looks over a browser's shoulder and notes what a page of ours must never do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, Route, WebError

NAME = "__rocketsdrPolicyViolated"
LISTENER = f"""addEventListener("securitypolicyviolation", (violation) => {{
  {NAME}(`${{violation.effectiveDirective}} forbids ${{violation.blockedURI || "what is inline"}} on ${{violation.documentURI}}`);
}});"""
# Chromium says this of every answer that is an error; those are judged by their answer, which tells more.
SAID_OF_ANSWERS = "Failed to load resource: the server responded with a status of"
TURNED_AWAY = "net::ERR_ABORTED"  # the person went elsewhere meanwhile, or the answer was a file to keep
UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:")
Expected = tuple[int, str]


@dataclass
class Watch:
    """What went wrong in one browser context: errors of the console, exceptions, failed requests, breaches of the policy."""

    origin: str
    others: tuple[str, ...] = ()
    expected: set[Expected] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page and frame of the context from now on, and let none of them reach another origin."""
        context.expose_binding(NAME, self._policy_violated)
        context.add_init_script(LISTENER)
        context.route(self._is_foreign, self._refuse)
        context.on("console", self._console)
        context.on("weberror", self._exception)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expects(self, status: int, path: str) -> None:
        """Take an answer for what the test wants to see."""
        self.expected.add((status, path))

    def _is_foreign(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme not in {"data", "blob", "about"} and f"{parts.scheme}://{parts.netloc}" not in {self.origin, *self.others}

    def _refuse(self, route: Route) -> None:
        self.faults.append(f"A page asked another origin for {route.request.url}.")
        route.abort()

    def _policy_violated(self, _source: Any, violation: str) -> None:
        self.faults.append(f"The content security policy was violated: {violation}.")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"} and not message.text.startswith(SAID_OF_ANSWERS):
            self.faults.append(f"The console says: {message.text} ({message.location['url']})")

    def _exception(self, error: WebError) -> None:
        self.faults.append(f"An exception was not caught: {error.error.message}")

    def _failed(self, request: Request) -> None:
        if request.failure != TURNED_AWAY and not self._is_foreign(request.url):
            self.faults.append(f"{request.method} {request.url} failed: {request.failure}.")

    def _answered(self, response: Response) -> None:
        parts = urlsplit(response.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            return
        if response.status >= HTTPStatus.BAD_REQUEST and (response.status, parts.path) not in self.expected:
            self.faults.append(f"{response.request.method} {parts.path} was answered with {response.status}.")
        if response.request.resource_type == "document" and response.headers.get("content-type", "").startswith("text/html"):
            self.faults += [f"{parts.path}: {fault}" for fault in faults_of(response.headers.get("content-security-policy", ""))]


def faults_of(policy: str) -> Iterable[str]:
    """Name what makes a content security policy worthless against scripts that somebody has smuggled in."""
    directives = {name: sources.split() for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}
    scripts = directives.get("script-src", directives.get("default-src"))
    if scripts is None:
        yield "no content security policy says where scripts come from"
    for unsafe in UNSAFE:
        if unsafe in (scripts or ()):
            yield f"the content security policy lets scripts come from {unsafe}"
    if not re.search(r"\bframe-ancestors\b", policy):
        yield "no content security policy says who may frame the page"
