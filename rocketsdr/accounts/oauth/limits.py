"""How often one may ask for tokens. Claude and ChatGPT speak for all their users from a few addresses, so what counts is the person.

A try that names a code or a refresh token of somebody counts against this person and client alone. What nobody knows counts against the
network that sends it, and so does a secret, which costs a slow digest to compare; neither ever stops a try that names a good token.
"""

from __future__ import annotations

from django.http import HttpRequest

from rocketsdr.accounts import connections
from rocketsdr.accounts.throttle import Limit, network_of, throttled


def _person(request: HttpRequest) -> str | None:
    """Return the person and the client of the code or the token that the request names, looked up once."""
    kept: dict[str, str | None] = vars(request)
    if "_owner_of_token" not in kept:
        kept["_owner_of_token"] = connections.owner_of(
            code=request.POST.get("code", ""), refresh_token=request.POST.get("refresh_token", "")
        )
    return kept["_owner_of_token"]


def _nobody(request: HttpRequest) -> str | None:
    return None if _person(request) else network_of(request)


def _secret(request: HttpRequest) -> str | None:
    """Return the network that presents a secret, with what it presents it for."""
    is_presented = request.headers.get("Authorization") or request.POST.get("client_secret")
    return f"{network_of(request)} {request.POST.get('client_id', '')[:255]}" if is_presented and not _person(request) else None


# A token is taken back once: what comes oftener is no client at work. Claude and ChatGPT take theirs back from a few addresses.
revocation_limits = throttled(Limit("revocations", "300/m"), Limit("secrets of clients", "20/m", key=_secret), open_without_redis=True)
token_limits = throttled(
    Limit("tokens of a person", "60/m", key=_person),
    Limit("tokens of nobody", "120/m", key=_nobody),
    Limit("secrets of clients", "20/m", key=_secret),
    open_without_redis=True,
)
