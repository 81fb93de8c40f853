"""A refresh that is asked for twice: clients do so at the same time, or when the answer was lost, and must get the same pair again.

For two minutes the new pair lies in the shared cache, encrypted under a key that only the old refresh token gives: nobody reads it there
without the token that it was exchanged for. After that, an old token that comes again is a stolen one.
"""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WINDOW = 120  # seconds; bursts of refreshes of one client have been seen for 76


def keep(old: str, pair: dict[str, Any]) -> None:
    """Keep the pair that this refresh token was exchanged for; without Redis the exchange stands, and a second one is refused."""
    try:
        cache.set(_place(old), _locked(old).encrypt(json.dumps(pair).encode()), WINDOW)
    except RedisError:
        logger.warning("Redis does not answer: a refresh that is repeated will be refused.")


def recall(old: str) -> dict[str, Any] | None:
    """Return the pair that this refresh token was exchanged for a moment ago; None where there is none."""
    try:
        kept = cache.get(_place(old))
        return dict(json.loads(_locked(old).decrypt(kept, ttl=WINDOW))) if kept else None
    except (RedisError, InvalidToken):
        return None


def _derived(old: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rocketsdr refresh replay " + purpose).derive(old.encode())


def _place(old: str) -> str:
    return f"oauth:replay:{_derived(old, b'place').hex()}"


def _locked(old: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(old, b"key")))
