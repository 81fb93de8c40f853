"""How the secret of a confidential client is stored: as a keyed digest, like an API key.

It is random and long, so that no dictionary holds it; a slow hash would protect nothing, and cost a third of a second of CPU at every
exchange of a token, which anybody could ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import BasePasswordHasher

from rocketsdr.lib import crypto

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

MARK = "rsdr_secret_"  # so that it is known again where it should not be


def new_secret() -> str:
    """Return a secret of 200 bits."""
    return f"{MARK}{crypto.random_token(25)}"


class SecretDigest(BasePasswordHasher):
    """The digest, in the form in which Django and the OAuth library store and compare what is hashed."""

    algorithm = "rsdr_digest"

    def salt(self) -> str:
        """Return nothing: the pepper is not stored beside the digest."""
        return ""

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${crypto.digest(password)}"

    def decode(self, encoded: str) -> dict[str, Any]:
        return {"algorithm": self.algorithm, "hash": encoded.partition("$")[2], "salt": ""}

    def verify(self, password: str, encoded: str) -> bool:
        return crypto.matches(password, encoded.partition("$")[2])

    def safe_summary(self, encoded: str) -> dict[str | StrPromise, Any]:
        return {"algorithm": self.algorithm}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Take no longer: there is no other number of rounds."""
