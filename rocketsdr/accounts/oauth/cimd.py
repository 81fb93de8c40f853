"""Client ID metadata documents: a client names itself with an https address, under which it publishes what it is.

Whoever asks for a code chooses that address, so that fetching it is fenced in (see rocketsdr.lib.http); the OAuth library keeps what was
fetched, and leaves an address that failed alone for a while. The documents of the best known clients are pinned: some of their
publishers answer servers with a puzzle for browsers, and what a person is asked to trust should not change unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest
from oauth2_provider.cimd import CIMDError, SafeMetadataFetcher, _effective_max_age, _validate_client_id_url
from oauth2_provider.settings import oauth2_settings
from redis.exceptions import RedisError

from rocketsdr.accounts.http import is_shared
from rocketsdr.accounts.oauth import client_metadata, pinned, redirects
from rocketsdr.accounts.oauth.client_metadata import GRANTS, Metadata
from rocketsdr.accounts.throttle import network_of
from rocketsdr.lib import http
from rocketsdr.lib.errors import DomainError

LONGEST_ID = 255  # what the column holds
PINNED_FOR = 3600  # seconds until a pinned document is read again: a new release may bring another one
MOST_FETCHES = 60  # of one host within an hour, so that nobody can make us knock at somebody else's door
MOST_OF_NETWORK = 30  # documents that one network may make us fetch within an hour
MOST_OF_SHARED = 600  # the same for a network that speaks for many people
SECRETS = frozenset({"client_secret", "client_secret_expires_at"})


class FewFromOneNetwork:
    """Asked by the OAuth library before a document that it does not know yet is fetched: whoever calls needs no account for that."""

    def has_permission(self, request: Any, client_id: str) -> bool:
        """Say whether the network of this caller may make us fetch one more document within the hour."""
        if request is None or client_id in pinned.documents():  # nobody asks where we look again ourselves
            return True
        caller = HttpRequest()
        caller.META = dict(request.headers)
        most = MOST_OF_SHARED if is_shared(caller) else MOST_OF_NETWORK
        return _counted(f"oauth:cimd-callers:{network_of(caller)}") <= most


class Fetcher(SafeMetadataFetcher):  # type: ignore[misc]  # the library ships no types
    """The OAuth library's fetcher with our policy; it raises CIMDError, and the client is an unknown one then."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        """Return the document behind a client id as this server understands it, and for how many seconds it holds."""
        if document := pinned.documents().get(client_id):
            return normalised(document), PINNED_FOR
        _check(client_id)
        _count_fetch(client_id)
        document, seconds = published(client_id)
        return normalised(document), seconds


def published(client_id: str) -> tuple[dict[str, Any], int]:
    """Fetch what is published under this address now, and for how many seconds it holds."""
    try:
        answer = http.get(
            client_id,
            accept="application/json, application/*+json",
            seconds=oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS,
            most_bytes=oauth2_settings.CIMD_MAX_DOCUMENT_SIZE,
        )
    except DomainError as error:
        raise CIMDError(error.message) from error
    if answer.status != 200:
        raise CIMDError(f"The document was answered with status {answer.status}.")
    return _document(answer), _effective_max_age(answer.headers.get("Cache-Control"))


def _document(answer: http.Answer) -> dict[str, Any]:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise CIMDError(f"The document is of type {kind[:100]!r}, not JSON.")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise CIMDError("The document is no JSON.") from error
    if not isinstance(document, dict):
        raise CIMDError("The document is no JSON object.")
    return document


def normalised(document: Metadata) -> dict[str, Any]:
    """Return a document as this server understands it: a public client with a name, which asks a person for a code."""
    if SECRETS & document.keys():
        raise CIMDError("A published document holds no secret.")
    offered = document.get("token_endpoint_auth_methods_supported")
    if "none" not in [document.get("token_endpoint_auth_method", "none"), *(offered if isinstance(offered, list) else [])]:
        raise CIMDError("The client cannot do without authentication at the token endpoint, and no other kind is supported.")
    try:
        client_metadata.check_grants(document)
        name, uris = client_metadata.client_name(document), client_metadata.redirect_uris(document)
    except DomainError as error:
        raise CIMDError(error.message) from error
    if not name:
        raise CIMDError("The document has no client_name.")
    return {
        "client_id": document.get("client_id"),
        "client_name": name,
        "redirect_uris": list(dict.fromkeys(map(redirects.canonical, uris))),
        "grant_types": list(GRANTS),
        "token_endpoint_auth_method": "none",
    }


def _check(client_id: str) -> None:
    """Refuse an id that is no address of a document, before its host is as much as looked up."""
    if len(client_id) > LONGEST_ID or not client_id.isascii() or not client_id.isprintable() or set(client_id) & {" ", "\\"}:
        raise CIMDError("The client id is no address that could be stored.")
    try:
        parts = _validate_client_id_url(client_id)
    except ValueError as error:
        raise CIMDError("The client id is no URL.") from error
    if "#" in client_id or "@" in parts.netloc:
        raise CIMDError("The client id carries a fragment or a user name.")


def _count_fetch(client_id: str) -> None:
    if _counted(f"oauth:cimd-fetches:{urlsplit(client_id).hostname}") > MOST_FETCHES:
        raise CIMDError("Too many documents of this host were asked for within the hour.")


def _counted(key: str) -> int:
    """Count one more within the hour and return how many there were; 1 while nobody can count."""
    with suppress(RedisError, ValueError):  # a counter that ends between the two calls begins anew at the next
        return 1 if cache.add(key, 1, 3600) else int(cache.incr(key))
    return 1


def changes(ours: Metadata, theirs: Mapping[str, Any]) -> str:
    """Name what a published document says otherwise than the pinned one, in what this server makes of them; empty for nothing."""
    old, new = normalised(ours), normalised(theirs)
    return "; ".join(f"{name} was {old[name]}, is {new[name]}" for name in old if old[name] != new[name])
