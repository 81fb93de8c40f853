"""The Model Context Protocol: which method means what in which revision. Nothing else imports the official types.

Two eras share one address. In the handshake era (2024-11-05 to 2025-11-25) a client may open with `initialize`; from 2026-07-28 on each
request stands for itself and says in `_meta` and in its headers what it is. A client of one era never sees the other's fields.
"""

from __future__ import annotations

from typing import Any

from mcp_types import PROTOCOL_VERSION_META_KEY
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, KNOWN_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from mcp_gateway import wire
from mcp_gateway.protocol import handshake, modern
from mcp_gateway.protocol.handshake import SESSION_HEADER, Session, check_version, end_session, session_of
from mcp_gateway.protocol.modern import LISTEN, listening
from mcp_gateway.protocol.speech import Answer, Request
from mcp_gateway.protocol.watching import Watch
from mcp_gateway.wire import RpcError

__all__ = [
    "KNOWN_PROTOCOL_VERSIONS",
    "LISTEN",
    "SESSION_HEADER",
    "Answer",
    "Request",
    "Session",
    "Watch",
    "answer",
    "check_version",
    "end_session",
    "listening",
    "session_of",
    "watch_session",
]

watch_session = handshake.watch


def answer(body: bytes, request: Request) -> Answer:
    """Do what the messages in the body ask for."""
    try:
        value = wire.parse(body)
        return modern.answer(value, request) if _is_modern(value, request) else handshake.answer(value, request)
    except RpcError as error:
        return Answer(error.status, wire.failure(error), error.headers)


def _is_modern(value: Any, request: Request) -> bool:
    """Tell the era by the header; a message with an envelope is modern too, whatever its header says, and is told so."""
    if request.version in MODERN_PROTOCOL_VERSIONS:
        return True
    params = value.get("params") if isinstance(value, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    return isinstance(meta, dict) and PROTOCOL_VERSION_META_KEY in meta and request.version not in HANDSHAKE_PROTOCOL_VERSIONS
