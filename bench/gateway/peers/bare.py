"""The limit: an ASGI function that reads the JSON, checks the key, asks for the page and writes the answer; it checks nothing else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.gateway.peers.store import Caller, Store

store = Store()
TOOLS = json.dumps({"tools": json.loads(Path(os.environ["BENCH_TOOLS"]).read_text())}).encode()
HEADERS = [(b"content-type", b"application/json")]

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    token = next((value for name, value in scope["headers"] if name == b"authorization"), b"").removeprefix(b"Bearer ")
    caller = await store.caller(token.decode())
    if caller is None:
        await _send(send, 401, b"{}")
        return
    message = json.loads((await receive())["body"])
    result = TOOLS if message["method"] == "tools/list" else await _call(caller, message["params"]["arguments"])
    await _send(send, 200, b'{"jsonrpc":"2.0","id":%d,"result":%b}' % (message["id"], result))


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    await store.open()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await store.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _call(caller: Caller, arguments: dict[str, Any]) -> bytes:
    started = time.perf_counter()
    rows, total, following = await store.products(caller.workspace_id, arguments.get("limit", 25))
    for row in rows:
        row["updated_at"] = row["updated_at"].isoformat()
    text = "\n".join(f"- **ID: {row['id']}** - {row['name']}\n  {row['description']}" for row in rows)
    page = {"products": rows, "total": total, "next_cursor": following}
    await store.record(caller, json.dumps(arguments), round((time.perf_counter() - started) * 1000))
    return json.dumps({"content": [{"type": "text", "text": text}], "structuredContent": page, "isError": False}).encode()


async def _send(send: Send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*HEADERS, length]})
    await send({"type": "http.response.body", "body": body})
