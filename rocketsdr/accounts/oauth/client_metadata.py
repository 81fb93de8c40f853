"""What a client says of itself (RFC 7591), when it registers or in a document that it publishes: taken, narrowed, or refused.

Nobody has checked any of it. A name is only a name, and what guards the person is the host that they are led back to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from rocketsdr.accounts.oauth import redirects
from rocketsdr.lib.errors import Invalid

LONGEST_NAME = 100
GRANTS = ("authorization_code", "refresh_token")  # what every client gets that asks for the first

Metadata = Mapping[str, Any]


class MetadataRefused(Invalid):
    code = "invalid_client_metadata"


def client_name(metadata: Metadata) -> str:
    """Return the client's name as one line of visible characters, cut to 100; empty where it has none.

    What turns the direction of writing, or shows nothing, is taken out: it could make a name look like another one.
    """
    given = metadata.get("client_name", "")
    if not isinstance(given, str):
        raise MetadataRefused("client_name has to be a text.", field="client_name")
    visible = (" " if char.isspace() else char for char in given if char.isspace() or unicodedata.category(char)[0] not in "CZ")
    return " ".join("".join(visible).split())[:LONGEST_NAME].strip()


def redirect_uris(metadata: Metadata) -> list[str]:
    """Return the addresses that the client may have, as it wrote them."""
    return redirects.accepted(_texts(metadata, "redirect_uris", []))


def check_grants(metadata: Metadata) -> None:
    """Refuse a client that wants no authorization code; whatever else it lists, it does not get."""
    if "authorization_code" not in _texts(metadata, "grant_types", ["authorization_code"]):
        raise MetadataRefused("grant_types has to offer authorization_code: a person is asked here.", field="grant_types")
    if "code" not in _texts(metadata, "response_types", ["code"]):
        raise MetadataRefused("response_types has to offer code.", field="response_types")


def _texts(metadata: Metadata, name: str, default: list[str]) -> list[str]:
    given = metadata.get(name, default)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise MetadataRefused(f"{name} has to be a list of texts.", field=name)
    return given
