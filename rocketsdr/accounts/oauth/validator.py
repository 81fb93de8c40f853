"""Which codes and tokens are given, to whom and for how long: the library's validator with what MCP and a shared server need beyond it.

A grant speaks for the workspace that the person chose; a code or a refresh token that comes twice ends everything that came of it; a
person who is inactive or has left gets no token. What a token may is decided where it is used (rocketsdr.accounts.connections).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from rocketsdr.accounts import connections
from rocketsdr.accounts.connections import Agreed
from rocketsdr.accounts.oauth import backend, replays, resources
from rocketsdr.accounts.oauth.places import returns_to
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import NotFound


class CodeReplayed(InvalidGrantError):  # type: ignore[misc]  # the library ships no types
    """Two exchanges of one code met in the database."""


class McpValidator(OAuth2Validator):  # type: ignore[misc]  # the library ships no types
    # --- Clients ---------------------------------------------------------------------------------------------------------------

    def _load_application(self, client_id: str, request: Any) -> Any:
        """Return the client of this id; the database knows no text with a zero byte, and the library does not know that."""
        return None if "\0" in (client_id or "") else super()._load_application(client_id, request)

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Ask a public client for nothing, so that no slow digest is ever made for it; what it calls its secret has to be blank."""
        client_id, secret = _presented(request)
        client = self._load_application(client_id, request) if client_id else None
        if client is not None and client.client_type == client.CLIENT_PUBLIC and constant_time_compare(secret, ""):
            request.client_id = client_id
            return False
        return bool(super().client_authentication_required(request, *args, **kwargs))

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Refuse a public client that presents a secret without comparing it with anything."""
        client_id, _ = _presented(request)
        client = self._load_application(client_id, request) if client_id else None
        if client is not None and client.client_type == client.CLIENT_PUBLIC:
            return False
        return bool(super().authenticate_client(request, *args, **kwargs))

    # --- Codes -----------------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        """Store the code with the workspace that the person chose; what the page let through is checked once more."""
        backend.check_challenge(request.code_challenge, request.code_challenge_method)
        if any(resources.named(one) is None for one in request.resource) or not request.resource:
            raise backend.invalid_target(request)
        if not request.client.serves(request.workspace_id):
            raise NotFound("No such workspace.", workspace_id=request.workspace_id)
        connections.remember_consent(
            user=request.user,
            workspace_id=request.workspace_id,
            code=code["code"],
            returns_to=returns_to(request.redirect_uri),
            now=now(),
        )
        return super()._create_authorization_code(request, code, expires)

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Say whether the code is good. One that was exchanged before ends the tokens that it was exchanged for."""
        consent = connections.consent_of_code(code)
        if consent is None:
            return False
        if consent.connection_id is not None:
            connections.end_family(consent.family, reason="connection.code_replayed", now=now())
            return False
        is_good = super().validate_code(client_id, code, client, request, *args, **kwargs)
        request.consent = consent
        return bool(is_good and connections.may_connect(user=request.user, workspace_id=consent.workspace_id))

    # --- Tokens ----------------------------------------------------------------------------------------------------------------

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Say whether the token may be exchanged: a live one, or one whose exchange was a moment ago and is asked for again."""
        found = RefreshToken.objects.filter(token_checksum=connections.checksum(refresh_token), application=client).order_by("-id")
        with transaction.atomic():
            kept = found.select_for_update().first()  # the library reads it once more: nobody may end it between the two
            if kept is None or connections.consent_of_family(kept.token_family) is None:
                return False
            if kept.revoked is None:
                return bool(super().validate_refresh_token(refresh_token, client, request, *args, **kwargs))
        if (pair := replays.recall(refresh_token)) is not None:
            request.user, request.refresh_token_instance, request.replayed = kept.user, kept, pair
            return True
        connections.end_family(kept.token_family, reason="connection.token_replayed", now=now())
        return False

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> Any:
        replayed = getattr(request, "replayed", None)
        return replayed["scope"] if replayed else super().get_original_scopes(refresh_token, request, *args, **kwargs)

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> Any:
        """Store what is given out. Where a second exchange of the same code comes at the same time, the first one's tokens end too."""
        try:
            return super().save_bearer_token(token, request, *args, **kwargs)
        except CodeReplayed:
            connections.end_family(request.consent.family, reason="connection.code_replayed", now=now())
            raise

    def _save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Store a new pair; give the pair of a moment ago where the same refresh token was exchanged meanwhile."""
        if request.grant_type == "authorization_code":
            super()._save_bearer_token(token, request, *args, **kwargs)
            self._connect(token, request)
            return
        self._check_and_set_request_resource(request)
        locked = RefreshToken.objects.select_for_update().filter(pk=request.refresh_token_instance.pk).first()
        if locked is None or locked.revoked is not None:
            self._repeat(token, request)
            return
        super()._save_bearer_token(token, request, *args, **kwargs)
        replays.keep(request.refresh_token, token)  # before the commit that lets a second exchange go on

    def _connect(self, token: dict[str, Any], request: Any) -> None:
        agreed = Agreed(
            user=request.user,
            application=request.client,
            resource=request.resource[0],
            scopes=frozenset(token["scope"].split()),
        )
        if connections.connect(consent=request.consent, agreed=agreed, now=now()) is None:
            raise CodeReplayed(request=request)

    def _repeat(self, token: dict[str, Any], request: Any) -> None:
        pair = replays.recall(request.refresh_token)
        if pair is None:
            raise InvalidGrantError(request=request)
        token.clear()
        token.update(pair)

    def _create_refresh_token(self, request: Any, refresh_token_code: str, access_token: AccessToken, previous: RefreshToken | None) -> Any:
        """Store a refresh token in the family of its consent, through which every token of it is found."""
        family = previous.token_family if previous else request.consent.family
        made = RefreshToken(
            user=request.user,
            application=request.client,
            access_token=access_token,
            token_family=family,
            resource=request.resource,
        )
        self._set_token_value(made, refresh_token_code)
        made.save()
        return made

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """End what a client gives back, with everything of the same consent; a token that is not its own stays as it is."""
        digest = connections.checksum(token)
        is_it = Q(token_checksum=digest) | Q(access_token__token_checksum=digest)
        given = RefreshToken.objects.filter(is_it, application=request.client)
        for family in set(given.values_list("token_family", flat=True)):
            connections.end_family(family, reason="connection.given_back", now=now())

    # --- Resources -------------------------------------------------------------------------------------------------------------

    def _check_and_set_request_resource(self, request: Any) -> None:
        """Give a token the resource that the person agreed to; a request for any other is refused."""
        asked = [resources.named(value) for name, value in request.decoded_body or [] if name == "resource"]
        granted = self._granted_resources(request)
        if any(one is None or one.identifier not in granted for one in asked):
            raise backend.invalid_target(request)
        request.resource = granted

    def _granted_resources(self, request: Any) -> list[str]:
        if request.grant_type == "refresh_token":
            return list(request.refresh_token_instance.resource)
        grant = Grant.objects.filter(code=request.code, application=request.client).first()
        return list(grant.resource) if grant else []


def _presented(request: Any) -> tuple[str, str]:
    """Return the client id and the secret of the header, or else of the body; a broken header is no client."""
    scheme, _, text = (request.headers.get("HTTP_AUTHORIZATION") or "").partition(" ")
    if scheme.lower() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        client_id, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
