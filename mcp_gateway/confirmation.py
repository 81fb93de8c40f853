"""Confirmations: a token that lets one caller do once, within ten minutes, exactly what a rehearsal has shown.

The token is text: when it expires, a number used once, the digest of the effect, and a keyed digest over these and over who may use
it for what. Nothing is stored before it is used; its use commits together with the act.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mcp_gateway.models import ConfirmationUse
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid

LIFETIME = timedelta(minutes=10)
EFFECT_LENGTH = 32  # hexadecimal digits of the effect's digest: 128 bits
_ANEW = "Call again without confirmation_token to see what would happen now."


class WrongToken(Invalid):
    code = "confirmation_token_wrong"


class TokenExpired(Conflict):
    code = "confirmation_token_expired"


class TokenUsed(Conflict):
    code = "confirmation_token_used"


class EffectChanged(Conflict):
    code = "confirmation_effect_changed"


class Declined(Forbidden):
    code = "confirmation_declined"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a token is good for: one credential of one workspace, one tool, one set of arguments (in their canonical text)."""

    actor: Actor
    tool: str
    arguments: str

    def signed(self, payload: str) -> str:
        """Return the text that the token's signature stands for."""
        actor = self.actor
        return json.dumps(["confirmation", actor.workspace_id, actor.user_id, actor.credential, self.tool, self.arguments, payload])


@dataclass(frozen=True, slots=True)
class Token:
    """A new token. It can be used before `expires_at`."""

    text: str
    expires_at: datetime


def issue(binding: Binding, effect: dict[str, Any], *, now: datetime) -> Token:
    """Make the token that lets this caller do what was rehearsed."""
    expires_at = (now + LIFETIME).replace(microsecond=0)
    payload = f"{int(expires_at.timestamp()):x}.{secrets.token_hex(8)}.{_digest(effect)}"
    return Token(text=f"{payload}.{crypto.digest(binding.signed(payload))}", expires_at=expires_at)


def redeem(text: str, binding: Binding, *, now: datetime) -> str:
    """Use a token up within the current transaction; return the promise that the effect then has to keep."""
    payload, _, signature = text.rpartition(".")
    if not (text.isascii() and crypto.matches(binding.signed(payload), signature)):
        raise WrongToken(
            "confirmation_token was not given to this credential for this call with these arguments.",
            field="confirmation_token",
            fix=f"Send the very arguments that it was given for. {_ANEW}",
        )
    expiry, nonce, promise = payload.split(".")
    expires_at = datetime.fromtimestamp(int(expiry, 16), UTC)
    if expires_at <= now:
        raise TokenExpired(f"The confirmation expired at {expires_at:%Y-%m-%d %H:%M} UTC.", fix=_ANEW)
    use = {"workspace_id": binding.actor.workspace_id, "nonce": nonce}
    if not ConfirmationUse.objects.get_or_create(**use, defaults={"expires_at": expires_at})[1]:
        raise TokenUsed("This confirmation_token has been used: the call was done.", fix=f"To do the same once more: {_ANEW}")
    return promise


def keep_promise(promise: str, effect: dict[str, Any]) -> None:
    """Refuse an act whose effect is another one than was shown; the caller's transaction takes it back."""
    if not hmac.compare_digest(promise, _digest(effect)):
        raise EffectChanged("What this call would do has changed since it was shown, so nothing was done.", fix=_ANEW)


def purge(*, now: datetime) -> int:
    """Forget the uses of tokens that have expired anyway; return how many."""
    return ConfirmationUse.objects.filter(expires_at__lte=now).delete()[0]


def _digest(effect: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(effect, sort_keys=True).encode()).hexdigest()[:EFFECT_LENGTH]
