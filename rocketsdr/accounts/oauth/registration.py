"""Dynamic client registration (RFC 7591): a program registers itself, and gets a client that can do nothing without a person's consent.

It gets the authorization code alone, whatever else it asks for, and no token to manage its registration with: a program that wants other
redirect URIs registers anew, and clients that nobody connects are deleted after a day.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from rocketsdr.accounts.http import is_shared
from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import client_metadata, redirects
from rocketsdr.accounts.oauth.client_metadata import GRANTS, Metadata, MetadataRefused
from rocketsdr.accounts.oauth.redirects import RedirectRefused
from rocketsdr.accounts.oauth.secrets import new_secret
from rocketsdr.accounts.throttle import Limit, TooManyRequests, Uncounted, throttled

LARGEST_BODY = 16 * 1024
UNUSED_FOR = timedelta(hours=24)
UNNAMED = "Unnamed client"
METHODS = ("none", "client_secret_post", "client_secret_basic")


@dataclass(frozen=True, slots=True)
class Registered:
    """A new client, and how it says that it will authenticate; `secret` is shown once and empty for a public client."""

    client: OAuthApplication
    redirect_uris: list[str]
    method: str
    secret: str


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> HttpResponseBase:
    """Answer a registration, or say in RFC 7591's words what is wrong with it."""
    try:
        return (_counted_of_many if is_shared(request) else _counted)(request)
    except (TooManyRequests, Uncounted) as error:
        response = _refusal(error.code, f"{error.message} {error.fix}", status=error.http_status)
        response["Retry-After"] = str(error.context["retry_after_s"])
        return response


@sensitive_variables("registered")
def _register(request: HttpRequest) -> HttpResponse:
    try:
        registered = _store(_body(request))
    except (MetadataRefused, RedirectRefused) as error:
        return _refusal(error.code, error.message)
    except RequestDataTooBig:
        return _refusal("invalid_client_metadata", f"The body is larger than {LARGEST_BODY // 1024} KB.", status=413)
    return _not_stored(JsonResponse(_described(registered), status=201))


_counted: Callable[[HttpRequest], HttpResponseBase] = throttled(Limit("registration", "20/m"))(_register)
_counted_of_many: Callable[[HttpRequest], HttpResponseBase] = throttled(Limit("registration of many", "300/m"))(_register)


def _body(request: HttpRequest) -> Metadata:
    if request.content_type != "application/json":
        raise MetadataRefused("Send the metadata as application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise RequestDataTooBig
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        raise MetadataRefused("The body is no JSON.") from None
    if not isinstance(given, dict):
        raise MetadataRefused("The body has to be a JSON object.")
    return given


def _store(given: Metadata) -> Registered:
    """Make the client out of what it may have of what it asks for."""
    client_metadata.check_grants(given)
    uris, method = client_metadata.redirect_uris(given), _method(given)
    secret = "" if method == "none" else new_secret()
    client = OAuthApplication(
        name=client_metadata.client_name(given) or UNNAMED,
        client_type=OAuthApplication.CLIENT_CONFIDENTIAL if secret else OAuthApplication.CLIENT_PUBLIC,
        authorization_grant_type=OAuthApplication.GRANT_AUTHORIZATION_CODE,
        registration_source=OAuthApplication.RegistrationSource.DCR,
        redirect_uris=" ".join(dict.fromkeys(map(redirects.canonical, uris))),
        client_secret=secret,
        hash_client_secret=bool(secret),
    )
    client.full_clean(exclude=["client_secret"], validate_unique=False, validate_constraints=False)  # new, and ours
    client.save(force_insert=True)
    return Registered(client, uris, method, secret)


def _method(given: Metadata) -> str:
    """Return how the client will authenticate. One that does not say gets what the server's metadata names first: nothing but PKCE."""
    method = given.get("token_endpoint_auth_method", "none")
    if method not in METHODS:
        message = f"token_endpoint_auth_method {str(method)[:60]!r} is not supported: use one of {', '.join(METHODS)}."
        raise MetadataRefused(message, field="token_endpoint_auth_method")
    return str(method)


def _described(registered: Registered) -> dict[str, Any]:
    client = registered.client
    described = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created.timestamp()),
        "client_name": client.name,
        "redirect_uris": registered.redirect_uris,
        "grant_types": list(GRANTS),
        "response_types": ["code"],
        "token_endpoint_auth_method": registered.method,
    }
    return {**described, "client_secret": registered.secret, "client_secret_expires_at": 0} if registered.secret else described


def _refusal(error: str, description: str, *, status: int = 400) -> HttpResponse:
    return _not_stored(JsonResponse({"error": error, "error_description": description.strip()}, status=status))


def _not_stored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


def purge(*, now: datetime, batch: int = 500) -> int:
    """Delete the clients that registered themselves and that nobody has connected within a day; return how many.

    The rows are locked first: a token that is made meanwhile either keeps its client, or waits and finds none.
    """
    deleted = 0
    while True:
        with transaction.atomic():
            forgotten = OAuthApplication.objects.forgotten(now, unused_since=now - UNUSED_FOR).order_by("pk")[:batch]
            locked = OAuthApplication.objects.select_for_update(skip_locked=True).filter(
                pk__in=list(forgotten.values_list("pk", flat=True))
            )
            still = OAuthApplication.objects.forgotten(now, unused_since=now - UNUSED_FOR).filter(pk__in=[each.pk for each in locked])
            count, _ = still.delete()
        deleted += count
        if not count:
            return deleted
