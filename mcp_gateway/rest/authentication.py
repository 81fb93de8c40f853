"""Who calls the REST door: by the same headers and the same rules as at the MCP endpoint. No cookie and no session means anything."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mcp_gateway import auth, door
from mcp_gateway.surfaces import Surface
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CredentialAuthentication(BaseAuthentication):
    """An API key in X-API-Key, a key or an access token as Bearer, or both; `request.auth` is the actor that they speak for."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Actor]:
        actor = auth.actor_of(auth.presented(request.headers, _address(request)), now=now())
        if actor is None:
            raise AuthenticationFailed(door.UNAUTHORIZED)
        return AnonymousUser(), replace(actor, via="rest")

    def authenticate_header(self, request: Request) -> str:
        return door.challenge(request._request, _address(request))


def _address(request: Request) -> str:
    """Return the address of the surface whose REST door this is: a token for the surface is good at both of its doors."""
    surface: Surface = request.parser_context["kwargs"]["surface"]
    return surface.address


def actor_of(request: Request) -> Actor:
    """Return the actor of an authenticated request."""
    return cast("Actor", request.auth)
