"""What a call may use of its client: the answers of an earlier round, and ears for what is told before the answer."""

from __future__ import annotations

from typing import Any

from mcp_gateway import wire
from mcp_gateway.protocol import state
from mcp_gateway.protocol.speech import LEVELS, Speech
from mcp_gateway.tool import exchange
from mcp_gateway.tool.exchange import Exchange
from mcp_gateway.wire import Message


def conversation(message: Message, speech: Speech) -> Exchange:
    """Open what a call may use of its client: its answers of an earlier round, and its ears."""
    params = message.params or {}
    carried = params.get("requestState") if speech.is_modern else None
    return Exchange(
        capabilities=speech.capabilities,
        inputs=(params.get("inputResponses") or {}) if speech.is_modern else {},
        state=state.opened(carried, method=message.method, params=params, speech=speech) if carried is not None else None,
        **_ears(message, speech),
    )


def progress_token(message: Message) -> int | str | None:
    meta = (message.params or {}).get("_meta")
    token = meta.get("progressToken") if isinstance(meta, dict) else None
    return token if isinstance(token, int | str) else None


def _ears(message: Message, speech: Speech) -> dict[str, Any]:
    """Return how progress and log messages reach this client; nothing where they do not."""
    ears: dict[str, Any] = {}
    emit, token = speech.emit, progress_token(message)
    if emit is not None and token is not None:

        def progress(done: float, total: float | None = None, text: str = "") -> None:
            said = {"progressToken": token, "progress": done, "total": total, "message": _known_text(text, speech)}
            emit(wire.notification("notifications/progress", {name: value for name, value in said.items() if value is not None}))

        ears["progress"] = progress
    if emit is not None and speech.log_level is not None:
        lowest = LEVELS.index(speech.log_level())

        def log(level: exchange.Level, data: Any) -> None:
            if LEVELS.index(level) >= lowest:
                emit(wire.notification("notifications/message", {"level": level, "logger": "rocketsdr", "data": data}))

        ears["log"] = log
    return ears


def _known_text(text: str, speech: Speech) -> str | None:
    return text if text and speech.version != "2024-11-05" else None
