"""The `requestState` that a client carries between two rounds: sealed, so that it can be neither read, changed nor used elsewhere.

It is bound to who asks, to the method, to what is asked for and its arguments, and it expires.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mcp_gateway import wire
from mcp_gateway.protocol.speech import Speech
from mcp_gateway.wire import RpcError
from rocketsdr.lib import crypto

VALID_FOR = timedelta(minutes=10)
_OF_THE_ROUND = frozenset({"_meta", "inputResponses", "requestState"})  # params that differ from round to round


def sealed(state: Any, *, method: str, params: Mapping[str, Any], speech: Speech) -> str:
    """Return the text that the client gives back with its answers."""
    expires = speech.request.now + VALID_FOR
    return crypto.encrypt(json.dumps([_binding(method, params, speech), expires.timestamp(), state]))


def opened(text: str, *, method: str, params: Mapping[str, Any], speech: Speech) -> Any:
    """Return the state behind a text of ours, or refuse it without saying why: whoever tampers learns nothing."""
    try:
        binding, expires, state = json.loads(crypto.decrypt(text))
    except (crypto.Undecryptable, ValueError):
        raise _refused() from None
    if binding != _binding(method, params, speech) or not _is_future(expires, speech.request.now):
        raise _refused()
    return state


def _is_future(expires: float, now: datetime) -> bool:
    return now.timestamp() < expires


def _binding(method: str, params: Mapping[str, Any], speech: Speech) -> str:
    """Name who asks for what; the text is long, so its digest stands for it."""
    actor = speech.request.actor
    asked = {name: value for name, value in params.items() if name not in _OF_THE_ROUND}
    whole = [speech.request.surface.slug, actor.workspace_id, actor.user_id, actor.credential, method, asked]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _refused() -> RpcError:
    return RpcError(wire.INVALID_PARAMS, "Invalid or expired requestState: call again without it and without inputResponses.")
