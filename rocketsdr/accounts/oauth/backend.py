"""What an authorization request must be before anybody is asked: of the form that MCP asks for, beyond what the library checks."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib.oauth2 import OAuth2Error
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidRequestError, InvalidRequestFatalError

from rocketsdr.accounts.actor import READ_SCOPES
from rocketsdr.accounts.oauth import resources
from rocketsdr.accounts.oauth.resources import Resource

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # what SHA-256 in base64url looks like, and nothing else
ONCE = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "prompt")
BAD_METHOD = "code_challenge_method has to be S256."
BAD_CHALLENGE = "code_challenge has to be 43 characters of base64url: the SHA-256 of the verifier."
BAD_TARGET = "The resource is not one of this server: leave it out, or name the address of the MCP server."


class McpBackend(OAuthLibCore):  # type: ignore[misc]  # the library ships no types
    """The library's core, stricter: PKCE with S256, one known resource, nothing said twice."""

    def validate_authorization_request(self, request: HttpRequest) -> tuple[list[str], dict[str, Any]]:
        """Return the scopes and the request's facts, or raise what the client or the person is told, before there is a page."""
        if repeated := [name for name in ONCE if len(request.GET.getlist(name)) > 1]:
            raise FatalClientError(error=InvalidRequestFatalError(description=f"Duplicate {repeated[0]} parameter."))
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            raise FatalClientError(error=InvalidRequestFatalError(description="A parameter contains a zero byte."))
        scopes, facts = super().validate_authorization_request(request)
        try:
            check_challenge(facts.get("code_challenge"), facts.get("code_challenge_method"))
            facts["resource"] = [_resource_of(request.GET.getlist("resource")).identifier]
        except OAuth2Error as error:
            error.state = facts.get("state")
            raise OAuthToolkitError(error=error, redirect_uri=facts["redirect_uri"]) from None
        return with_implied(scopes), facts


def with_implied(scopes: list[str]) -> list[str]:
    """Return the scopes with those that they imply: who may change a thing or send it may see it. The consent page shows them all."""
    seen = {f"{scope.partition(':')[0]}:read" for scope in scopes}
    return [*scopes, *sorted((seen & READ_SCOPES).difference(scopes))]


def check_challenge(challenge: str | None, method: str | None) -> None:
    """Refuse a challenge that protects nothing."""
    if method != "S256":
        raise InvalidRequestError(description=BAD_METHOD)
    if not CHALLENGE.fullmatch(challenge or ""):
        raise InvalidRequestError(description=BAD_CHALLENGE)


def _resource_of(asked: list[str]) -> Resource:
    """Return the one resource that a request asks for."""
    named = {resources.named(text) for text in asked} or {resources.default()}
    resource = named.pop()
    if resource is None or named:
        raise invalid_target()
    return resource


def invalid_target(request: Any = None) -> OAuth2Error:
    """Return the error for a resource that a token cannot be asked for."""
    return CustomOAuth2Error(error="invalid_target", description=BAD_TARGET, request=request)
