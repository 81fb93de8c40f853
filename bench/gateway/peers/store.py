"""What every peer does besides speaking MCP: the key check, the page of products and the record of the call, with psycopg.

The statements are the gateway's own, word for word. A record is written within its call, as a server does that has no thread for it; with
BENCH_RECORD=together a task in the background writes many at once, as the gateway does.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

STATEMENTS = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())
COLUMNS = ("id", "name", "description", "value_props", "proof_points", "url", "updated_at")
NO_DIGEST = "0" * 64
FLUSH_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Caller:
    """Who presents the key."""

    key_id: int
    workspace_id: int
    user_id: int
    scopes: list[str]


class Store:
    """One pool of connections, as many as there are clients."""

    def __init__(self) -> None:
        self.pool = AsyncConnectionPool(
            os.environ["BENCH_DATABASE"], min_size=16, max_size=16, open=False, kwargs={"autocommit": True, "row_factory": dict_row}
        )
        self._pepper = os.environ["BENCH_PEPPER"].encode()
        self._each = os.environ.get("BENCH_RECORD") != "together"
        self._waiting: list[dict[str, Any]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.pool.open(wait=True)
        self._flusher = asyncio.create_task(self._flush_for_ever())

    async def close(self) -> None:
        if self._flusher is not None:
            self._flusher.cancel()
        await self._flush()
        await self.pool.close()

    async def caller(self, token: str) -> Caller | None:
        """Look the key up by its prefix and compare its digest."""
        prefix = token.removeprefix("rsdr_live_").partition("_")[0][:8]
        async with self.pool.connection() as connection:
            cursor = await connection.execute(STATEMENTS["key"], {"prefix": prefix, "now": datetime.now(UTC)})
            row = await cursor.fetchone()
        digest = hmac.new(self._pepper, token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(digest, row["digest"] if row else NO_DIGEST) or row is None:
            return None
        return Caller(row["id"], row["workspace_id"], row["maker_id"], row["scopes"])

    async def products(self, workspace_id: int, limit: int, before: int | None = None) -> tuple[list[dict[str, Any]], int, str | None]:
        """Return a page of the workspace's products, how many there are, and where the next page starts."""
        values = {"workspace": workspace_id, "before": before if before is not None else 2**63 - 1, "limit": limit + 1}
        async with self.pool.connection() as connection:
            rows = await (await connection.execute(STATEMENTS["page"], values)).fetchall()
        total = rows[0]["count"] if rows else 0
        shown = [{name: row[name] for name in COLUMNS} for row in rows[:limit]]
        return shown, total, str(shown[-1]["id"]) if len(rows) > limit else None

    async def record(self, caller: Caller, arguments: str, milliseconds: int) -> None:
        """Note the call."""
        entry = {
            "workspace_id": caller.workspace_id,
            "user_id": caller.user_id,
            "via": "mcp",
            "credential": f"key:{caller.key_id}",
            "client": "bench",
            "request_id": uuid.uuid4().hex,
            "surface": "outreach",
            "tool": "list_products",
            "args_digest": hmac.new(self._pepper, arguments.encode(), hashlib.sha256).hexdigest(),
            "outcome": "done",
            "code": "",
            "duration_ms": milliseconds,
            "at": datetime.now(UTC).isoformat(),
            "audit_ids": [],
        }
        self._waiting.append(entry)
        if self._each:
            await self._flush()

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            await self._flush()

    async def _flush(self) -> None:
        entries, self._waiting = self._waiting, []
        if entries:
            async with self.pool.connection() as connection:
                await connection.execute(STATEMENTS["record"], [json.dumps(entries)])
