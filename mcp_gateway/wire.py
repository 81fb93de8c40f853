"""JSON-RPC 2.0 as bytes: what comes in is checked and bounded here, what goes out is written here; no revision of MCP is known.

Results travel as bytes from the moment they are made, so that a long list is written once and sent often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import from_json, to_json

from mcp_gateway.dispatch import Outcome
from mcp_gateway.tool import Tool

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SESSION_NOT_FOUND = -32001
UNAUTHORIZED = -32010
FORBIDDEN_ORIGIN = -32011
TOO_MANY_STREAMS = -32012
INSUFFICIENT_SCOPE = -32013

LARGEST_BATCH = 50
ALIVE = b": alive\n\n"  # a comment in a stream of events

Id = int | str


class RpcError(Exception):
    """A request that gets a JSON-RPC error. `status` and `headers` are those of HTTP where the whole body is answered by it."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 200,
        data: object = None,
        request_id: Id | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.data = data
        self.request_id = request_id
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Message:
    """One JSON-RPC message. A response is what a client sends to a request of ours."""

    kind: Literal["request", "notification", "response"]
    id: Id | None
    method: str
    params: dict[str, Any] | None


def parse(body: bytes) -> Any:
    """Return the JSON value that the body holds; other encodings, NaN, and nesting beyond the parser's 200 levels are refused."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise RpcError(PARSE_ERROR, f"The body is no JSON in UTF-8 ({error}).", status=400) from None


def message(value: Any) -> Message:
    """Check the envelope of one message."""
    if not isinstance(value, dict):
        raise _invalid("a message is an object")
    request_id = _id(value)
    if value.get("jsonrpc") != "2.0":
        raise _invalid('jsonrpc has to be "2.0"', request_id)
    if "method" not in value:
        if request_id is None or not ("result" in value or "error" in value):
            raise _invalid("a request has a method, a response has an id and a result or an error", request_id)
        return Message("response", request_id, "", None)
    method, params = value["method"], value.get("params")
    if not isinstance(method, str):
        raise _invalid("method has to be a text", request_id)
    if params is not None and not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "Invalid params: params has to be an object.", status=400, request_id=request_id)
    return Message("notification" if request_id is None else "request", request_id, method, params)


def _id(value: dict[str, Any]) -> Id | None:
    if "id" not in value:
        return None
    request_id = value["id"]
    if isinstance(request_id, str) or (isinstance(request_id, int) and not isinstance(request_id, bool)):
        return request_id
    raise _invalid("id has to be a text or a whole number, or left out for a notification")


def _invalid(why: str, request_id: Id | None = None) -> RpcError:
    return RpcError(INVALID_REQUEST, f"Invalid request: {why}.", status=400, request_id=request_id)


def success(request_id: Id | None, result: bytes) -> bytes:
    """Write the response to a request."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (to_json(request_id), result)


def failure(error: RpcError) -> bytes:
    """Write the error response to a request, or to a body that held none."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (to_json(error.request_id), to_json(body))


def batch(responses: list[bytes]) -> bytes:
    """Write the responses to a batch."""
    return b"[%b]" % b",".join(responses)


def notification(method: str, params: dict[str, Any]) -> bytes:
    """Write a message that nobody answers."""
    return b'{"jsonrpc":"2.0","method":%b,"params":%b}' % (to_json(method), to_json(params))


def event(data: bytes) -> bytes:
    """Write one message as an event of an SSE stream; JSON from here has no line breaks."""
    return b"event: message\ndata: %b\n\n" % data


def tool_entry(tool: Tool) -> dict[str, Any]:
    """Describe a tool the way tools/list does."""
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
        "annotations": {
            "readOnlyHint": tool.read_only,
            "destructiveHint": tool.destructive,
            "idempotentHint": tool.idempotent,
            "openWorldHint": tool.open_world,
        },
    }


def call_result(outcome: Outcome) -> dict[str, Any]:
    """Say an outcome the way tools/call does."""
    result: dict[str, Any] = {
        "content": outcome.content or [{"type": "text", "text": outcome.text}],
        "structuredContent": outcome.structured,
        "isError": outcome.is_error,
    }
    if outcome.meta:
        result["_meta"] = outcome.meta
    return result
