"""The OpenAPI document of the REST door, written from the registry: the schemas are the ones that every call is held against."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from pydantic_core import to_json

from mcp_gateway import guide
from mcp_gateway.rest import problems
from mcp_gateway.surfaces import SERVER_TITLE, SERVER_VERSION, SURFACES, Surface
from mcp_gateway.tool import Tool
from rocketsdr.accounts.quotas import PER_DAY

Document = dict[str, Any]

ANYTIME = (401, 403, 405, 406, 421, 500)  # problems that any address may answer with
OF_A_CALL = (400, 404, 409, 413, 415, 422, 429, 502)
TEXT = {"type": "string"}
HEADERS = {
    "X-Request-Id": "The id of this request; operators find it in their logs.",
    "X-Audit-Id": "The entry in the audit log for what the call did.",
    "X-Quota-Limit": "How many such calls the workspace has a day.",
    "X-Quota-Remaining": "How many of them are left today.",
    "X-Quota-Resets-At": "When they start again.",
    "X-Replayed": "true where this is the first answer to the same idempotency key.",
    "X-Dry-Run": "true where nothing was changed.",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Instead of the argument idempotency_key: a repeated call with the same key gives the first answer, for 7 days.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]*$"},
}
PROBLEM: Document = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it, and what to do about it.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "fix": TEXT,
        "field_errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": TEXT, "message": TEXT}, "required": ["field", "message"]},
        },
        "failed_gates": {"type": "array"},
        "retry_after_s": {"type": "integer", "minimum": 0},
        "request_id": TEXT,
    },
    "required": ["type", "title", "status", "detail", "code", "fix", "field_errors", "failed_gates"],
}


def document() -> bytes:
    """Return the document for the addresses of this server, written once."""
    return _written(settings.PUBLIC_URL)


@lru_cache(maxsize=4)
def _written(public_url: str) -> bytes:
    return to_json(
        {
            "openapi": "3.1.0",
            "info": {
                "title": f"{SERVER_TITLE} REST API",
                "version": SERVER_VERSION,
                "description": "Every tool of the MCP endpoint as one operation: the same arguments, results, limits and rules.\n\n"
                + "\n".join(f"- {rule}" for rule in guide.told(guide.RULES)),
            },
            "servers": [{"url": public_url}],
            "externalDocs": {"url": f"{public_url}/docs/mcp"},
            "security": [{"apiKey": []}, {"bearer": []}, {"apiKey": [], "bearer": []}],
            "tags": [{"name": title} for surface in SURFACES for title in guide.grouped(surface)],
            "paths": {path: item for surface in SURFACES for path, item in _paths(surface).items()},
            "components": {"securitySchemes": _schemes(), "schemas": {"Problem": PROBLEM}, "responses": _problems()},
        }
    )


def _paths(surface: Surface) -> dict[str, Document]:
    below = f"/api/v1/{surface.slug}/"
    calls = {f"{below}{tool.name}": {"post": _call(tool, title)} for title, tools in guide.grouped(surface).items() for tool in tools}
    return {below: {"get": _list_of_tools(surface)}, **calls}


def _call(tool: Tool, group: str) -> Document:
    needed = bool(tool.input_schema.get("required"))
    return {
        "operationId": tool.name,
        "summary": tool.title,
        "description": _description(tool),
        "tags": [group],
        **({} if tool.read_only else {"parameters": [KEY]}),
        "requestBody": {"required": needed, "content": {"application/json": {"schema": tool.input_schema}}},
        "responses": {"200": _success(tool.output_schema, "What the tool gives."), **_references(*OF_A_CALL, *ANYTIME)},
    }


def _description(tool: Tool) -> str:
    needs = f"Scope: `{tool.scope}`." if tool.scope else "Any credential may call it."
    costs = f" Counts against the daily quota `{tool.quota}` ({PER_DAY[tool.quota]} by default)." if tool.quota else ""
    return f"{tool.description}\n\n{needs}{costs}"


def _list_of_tools(surface: Surface) -> Document:
    schema = {"type": "object", "properties": {"tools": {"type": "array", "items": {"type": "object"}}}, "required": ["tools"]}
    return {
        "operationId": f"list_{surface.slug}_tools",
        "summary": "List the tools",
        "description": "The tools that the credential may call, with their addresses and schemas.",
        "responses": {"200": _success(schema, "The tools."), **_references(*ANYTIME)},
    }


def _success(schema: Document, description: str) -> Document:
    headers = {name: {"description": said, "schema": TEXT} for name, said in HEADERS.items()}
    content = {"application/json": {"schema": schema}, "text/markdown": {"schema": TEXT}}
    return {"description": description, "headers": headers, "content": content}


def _references(*statuses: int) -> Document:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}


def _problems() -> Document:
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": f"{kind.title}. {kind.fix}", "content": content} for status, kind in problems.KINDS.items()}


def _schemes() -> Document:
    made = "Made under Settings → Integrations → MCP API keys."
    return {
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": made},
        "bearer": {"type": "http", "scheme": "bearer", "description": "An OAuth access token, or an API key."},
    }
