"""A client of the authorization server, and the person at the browser in front of it, step by step, as the tests of both need them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.test import Client

from rocketsdr.accounts.models import User
from tests import factories

RESOURCE = f"{settings.PUBLIC_URL}/api/mcp"
CALLBACK = "http://127.0.0.1:9876/callback"
VERIFIER = "v" * 43
READING = "campaigns:read leads:read"


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def asked_back(response: Any) -> dict[str, str]:
    """Return the parameters that a redirect brings to the client."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


@dataclass
class Flow:
    """One client and one person. A value of None leaves a parameter out."""

    client_id: str = "rocketsdr"
    redirect_uri: str = CALLBACK
    scope: str | None = READING
    browser: Client = field(default_factory=Client)
    machine: Client = field(default_factory=Client)

    def sign_in(self, user: User) -> Flow:
        self.browser.force_login(user)
        return self

    def address(self, **more: Any) -> str:
        wanted: dict[str, Any] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": "the-state",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "resource": RESOURCE,
            **more,
        }
        return f"/o/authorize/?{urlencode({name: value for name, value in wanted.items() if value is not None}, doseq=True)}"

    def ask(self, **more: Any) -> Any:
        """Open the page of consent."""
        return self.browser.get(self.address(**more))

    def decide(self, workspace: Any, decision: str = "allow", **more: Any) -> Any:
        """Press a button on it."""
        chosen = workspace if isinstance(workspace, (int, str)) else workspace.id
        return self.browser.post(self.address(**more), {"workspace": chosen, "decision": decision})

    def code(self, workspace: Any, **more: Any) -> str:
        return asked_back(self.decide(workspace, **more))["code"]

    def token(self, **form: Any) -> Any:
        """Post a form to the token endpoint."""
        given = {"client_id": self.client_id, **form}
        body = urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)
        return self.machine.post("/o/token/", body, content_type="application/x-www-form-urlencoded")

    def exchange(self, code: str, **more: Any) -> Any:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER}
        return self.token(**{**form, **more})

    def refresh(self, refresh_token: str, **more: Any) -> Any:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": refresh_token, **more})

    def revoke(self, token: str, **more: Any) -> Any:
        return self.machine.post(
            "/o/revoke/", urlencode({"client_id": self.client_id, "token": token, **more}), content_type="application/x-www-form-urlencoded"
        )

    def connect(self, workspace: Any, **more: Any) -> dict[str, Any]:
        """Go the whole way; return the pair of tokens."""
        made = self.exchange(self.code(workspace, **more))
        assert made.status_code == 200, made.content
        return dict(made.json())


def other_client(**fields: Any) -> Flow:
    """Return a flow of a client that registered itself."""
    application = factories.OAuthApplicationFactory.create(redirect_uris="https://client.example/callback", **fields)
    return Flow(client_id=application.client_id, redirect_uri="https://client.example/callback")
