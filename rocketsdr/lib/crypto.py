"""Secrets: stored encrypted when we must say them again, as keyed digests when we only compare them.

Every list of keys is newest first: new values use the first, old ones stay readable until their key leaves the list.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class Undecryptable(Exception):
    """A stored secret cannot be read with any key in FERNET_KEYS."""


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return `text` encrypted with the newest key."""
    return _fernet(tuple(settings.FERNET_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text behind a stored token, which has to be exactly what `encrypt` gave."""
    try:
        return _fernet(tuple(settings.FERNET_KEYS)).decrypt(_canonical(token)).decode()
    except (InvalidToken, ValueError) as exc:
        raise Undecryptable("A stored secret cannot be read: put the key it was stored with back into FERNET_KEYS.") from exc


def _canonical(token: str) -> bytes:
    """Refuse a token with something behind its padding, which the decoder would overlook."""
    if base64.urlsafe_b64encode(base64.urlsafe_b64decode(token)).decode() != token:
        raise InvalidToken
    return token.encode()


def digest(text: str, *, pepper: str | None = None) -> str:
    """Return the keyed digest (HMAC-SHA256, hex) of `text` under the newest pepper, or the given one."""
    key = pepper if pepper is not None else settings.API_KEY_PEPPERS[0]
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def matches(text: str, stored_digest: str) -> bool:
    """Say in constant time whether `stored_digest` was made from `text` under any pepper."""
    return any([hmac.compare_digest(candidate, stored_digest) for candidate in digests(text)])  # noqa: C419 - every one is compared


def digests(text: str) -> list[str]:
    """Return the digests that `text` may be stored as, one for each pepper."""
    return [digest(text, pepper=pepper) for pepper in settings.API_KEY_PEPPERS]


def random_token(nbytes: int = 24) -> str:
    """Return a URL-safe random text of `nbytes` bytes of entropy, letters and digits only."""
    return base64.b32encode(secrets.token_bytes(nbytes)).decode().rstrip("=").lower()


class EncryptedTextField(_TextField):
    """A text that stands encrypted in the database and reads as itself in Python; searching in it is impossible."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return decrypt(value) if value else value
