"""What every part of the protocol shares: the request as HTTP brought it, the answer, and the revision that a message is spoken in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mcp_types import methods
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic_core import to_json

from mcp_gateway import door, wire
from mcp_gateway.surfaces import SERVER_NAME, SERVER_TITLE, SERVER_VERSION, Surface
from mcp_gateway.wire import RpcError
from rocketsdr.accounts.actor import Actor

SERVER_INFO = {"name": SERVER_NAME, "title": SERVER_TITLE, "version": SERVER_VERSION}
SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
FRESH_FOR_MS = {  # how long a client may keep a result; resources are read anew each time, their numbers move
    "server/discover": HOUR_MS,
    "tools/list": MINUTE_MS,
    "prompts/list": MINUTE_MS,
    "resources/list": MINUTE_MS,
    "resources/templates/list": MINUTE_MS,
    "resources/read": 0,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of a known caller. `headers` are those of MCP, their names in lower case."""

    actor: Actor
    surface: Surface
    request_id: str
    now: datetime
    version: str | None = None  # the header MCP-Protocol-Version
    session_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()  # media types of the header Accept
    idempotency_key: str = ""
    user_agent: str = ""

    @property
    def accepts_events(self) -> bool:
        """Say whether the client reads a stream of events when it gets one."""
        return "text/event-stream" in self.accepted

    def step_up(self, missing: str, message: str) -> RpcError:
        """Return the refusal that sends a client back to its person, to ask for what it lacks."""
        headers = {"WWW-Authenticate": door.step_up(self.actor, missing, self.surface.address)}
        data = {"code": "insufficient_scope", "scope": missing}
        return RpcError(wire.INSUFFICIENT_SCOPE, message, status=403, data=data, headers=headers)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: nothing for notifications, else a JSON-RPC response or a batch of them; or events, as they come."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    events: Generator[bytes, None, None] | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """One message's conversation: its revision, and what the client said of itself. Handlers may add headers to the answer.

    `capabilities` are paths such as `elicitation.form`; a client of a handshake revision cannot be asked anything within a request.
    """

    request: Request
    version: str
    client: str
    capabilities: frozenset[str] = frozenset()
    log_level: Callable[[], str] | None = None  # from which level on log messages are wanted; None: not at all
    emit: Callable[[bytes], None] | None = None  # sends a message of ours before the answer; None: nobody would get it
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_modern(self) -> bool:
        """Say whether each request stands for itself (2026-07-28 and later)."""
        return self.version in MODERN_PROTOCOL_VERSIONS


def written(method: str, version: str, result: dict[str, Any]) -> bytes:
    """Write a result as this revision has it: the official types check it, and drop what the revision does not know."""
    return to_json(methods.serialize_server_result(method, version, completed(method, version, result)))


def completed(method: str, version: str, result: dict[str, Any]) -> dict[str, Any]:
    """Add what every result of a modern revision says of itself."""
    if version not in MODERN_PROTOCOL_VERSIONS:
        return result
    said: dict[str, Any] = {"resultType": "complete", **result, "_meta": {**result.get("_meta", {}), SERVER_INFO_KEY: SERVER_INFO}}
    if method in FRESH_FOR_MS and said["resultType"] == "complete":
        said = {"ttlMs": FRESH_FOR_MS[method], "cacheScope": "private", **said}
    return said
