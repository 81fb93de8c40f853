"""A tool's arguments in one line, as its schema has them: `campaign_id*: id, step: 1..10 = 1`."""

from __future__ import annotations

import json

from mcp_gateway.tool.arguments import STEERING
from mcp_gateway.tool.declaration import Tool
from mcp_gateway.tool.schemas import Schema

PAGING = ("limit", "cursor")


def signature(tool: Tool) -> str:
    """Return the arguments, the required ones first and starred."""
    fields, required = own_fields(tool), tool.input_schema.get("required", [])
    return ", ".join(f"{name}{'*' if name in required else ''}: {kind(schema)}{_default(schema)}" for name, schema in fields.items())


def own_fields(tool: Tool) -> dict[str, Schema]:
    """Return the arguments without those that every list and every write take, which are told once; the required ones first."""
    fields, required = tool.input_schema["properties"], tool.input_schema.get("required", [])
    shared = set(STEERING) | (set(PAGING) if set(PAGING) <= fields.keys() else set())
    return {name: fields[name] for name in sorted(fields, key=lambda name: name not in required) if name not in shared}


def kind(schema: Schema) -> str:
    """Say what a schema takes in a word or two."""
    if "enum" in schema or "const" in schema:
        return "|".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == ["integer", "string"]:
        return "id"
    if choices := schema.get("anyOf"):
        return "|".join(kind(choice) for choice in choices)
    if schema.get("type") == "array":
        return f"{kind(schema.get('items', {}))}[]"
    if schema.get("type") == "object":
        return _object(schema)
    return _bounds(schema) or str(schema.get("format") or schema.get("type", "any"))


def _object(schema: Schema) -> str:
    required = schema.get("required", [])
    names = [f"{name}{'*' if name in required else ''}" for name in schema.get("properties", {})]
    return f"{{{', '.join(names)}}}" if names else "object"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{low}..{high}" if low is not None and high is not None else ""


def default_of(schema: Schema) -> str:
    """Return the default as JSON; nothing for one that says no more than that nothing was given."""
    default = schema.get("default")
    return "" if default in (None, "", []) or isinstance(default, dict) else json.dumps(default, ensure_ascii=False)


def _default(schema: Schema) -> str:
    default = default_of(schema)
    return f" = {default}" if default else ""
