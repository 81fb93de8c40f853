"""The curl commands of the page, with this server's address and, where they are known, the reader's ids filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_gateway import guide

REVISION = "2025-06-18"
BATCH = (
    "contact name,email,company,title\n"
    "Ada Lovelace,ada@example.com,Analytical Engine,Founder\n"
    "Grace Hopper,grace@example.com,Compilers Inc,VP Engineering"
)
DRAFT = "contact name,email,company\nLinus Torvalds,linus@example.com,Kernel Org"
JSON_HEADERS = ("Content-Type: application/json", "X-API-Key: YOUR_API_KEY")
_PLACEHOLDER = re.compile(r"(YOUR_API_KEY|PRODUCT_ID|PERSONA_ID|DRAFT_ID|ANY_UNIQUE_TEXT|<\w+>)")


@dataclass(frozen=True, slots=True)
class Ids:
    """A product and a persona of the reader's workspace; what is not known stays a placeholder."""

    product: int | str = "PRODUCT_ID"
    persona: int | str = "PERSONA_ID"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as a reader copies it."""

    name: str
    what: str
    text: str

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether the reader has to put something in its place."""
        return [(piece, bool(_PLACEHOLDER.fullmatch(piece))) for piece in _PLACEHOLDER.split(self.text) if piece]


def commands(ids: Ids) -> dict[str, Command]:
    """Return every command of the page by its name, in the order of the page."""
    made = [*_first(ids), *_csv(ids), *_handshake(), *_streams(), *_rest(ids)]
    return {command.name: command for command in made}


def _first(ids: Ids) -> list[Command]:
    return [Command("first_request", "the first request", _curl(_call(1, "list_products", {}), pretty=False))]


def _csv(ids: Ids) -> list[Command]:
    pair = {"product_id": ids.product, "persona_id": ids.persona}
    batch = {"name": "CSV Outreach Batch 1", "type": "csv", **pair}
    draft = {"name": "CSV Draft Campaign", "type": "csv"}
    draft_file = {"csv_filename": "draft-leads.csv", "csv_content": DRAFT}
    inline = {"csv_filename": "batch-1.csv", "csv_content": BATCH}
    form = ("<field1>=<value1>", "<field2>=<value2>", "file=@batch-1.csv;type=text/csv")
    upload = 'curl -X POST "<uploadUrl>"' + "".join(f' \\\n  -F "{each}"' for each in form)
    launch = {"campaign_id": "DRAFT_ID", **draft, **pair}
    return [
        Command("one_shot", "the one-shot campaign", _curl(_call(1, "create_campaign", {**batch, **inline}))),
        Command("draft", "the draft", _curl(_call(1, "create_campaign_draft", {**draft, **draft_file}))),
        Command("finalize", "the launch of a draft", _curl(_call(2, "finalize_campaign_draft", launch))),
        Command("offer", "the request for an upload", _curl(_call(3, "get_csv_upload_url", {"filename": "batch-1.csv"}))),
        Command("upload", "the upload", upload),
        Command("uploaded", "the campaign from an upload", _curl(_call(4, "create_campaign", {**batch, "csv_url": "<gcsUrl>"}))),
    ]


def _handshake() -> list[Command]:
    client = {"name": "your-client", "version": "0.1.0"}
    about = {"protocolVersion": REVISION, "capabilities": {"tools": {}}, "clientInfo": client}
    headers = (*JSON_HEADERS, f"MCP-Protocol-Version: {REVISION}")
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    return [
        Command("initialize", "the initialize request", _curl(initialize, headers=headers)),
        Command("initialized", "the notification", _curl({"jsonrpc": "2.0", "method": "initialized"}, headers=headers, pretty=False)),
    ]


def _streams() -> list[Command]:
    accept, version = "Accept: text/event-stream", f"MCP-Protocol-Version: {REVISION}"
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    alive = "".join(f' \\\n  -H "{header}"' for header in (accept, JSON_HEADERS[1], version))
    return [
        Command("event", "the request for an event", _curl(listing, headers=(*JSON_HEADERS, accept, version), pretty=False)),
        Command("stream", "the stream", f"curl -N {guide.server_url()}{alive}"),
    ]


def _rest(ids: Ids) -> list[Command]:
    lead = {"email": "ada@example.com", "first_name": "Ada", "company": "Analytical Engine"}
    preview = {"product_id": ids.product, "persona_id": ids.persona, "lead": lead}
    keyed = (*JSON_HEADERS, "Idempotency-Key: ANY_UNIQUE_TEXT")
    read = (*JSON_HEADERS, "Accept: text/markdown")
    return [
        Command("rest_read", "the preview", _curl(preview, url=f"{guide.rest_url()}preview_email", headers=read)),
        Command("rest_write", "the keyed call", _curl({"name": "Analytics Suite"}, url=f"{guide.rest_url()}create_product", headers=keyed)),
    ]


def _call(request_id: int, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def _curl(body: Mapping[str, Any], *, url: str = "", headers: tuple[str, ...] = JSON_HEADERS, pretty: bool = True) -> str:
    data = json.dumps(body, indent=2) if pretty else json.dumps(body, separators=(",", ":"))
    return "".join([f"curl -sS {url or guide.server_url()} \\\n", *(f'  -H "{header}" \\\n' for header in headers), f"  -d '{data}'"])
