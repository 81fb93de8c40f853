"""JSON schemas (2020-12) of arguments and results: the same for the same model, and small, because a model pays for each word."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from mcp_gateway.tool.arguments import STEERING

Schema = dict[str, Any]
VALUES = frozenset({"default", "enum", "const", "examples"})  # below these keys stand values, not schemas
_OF_ACTS: Schema = {
    "status": {"type": "string"},
    "preview": {"type": "string"},
    "confirmation_token": {"type": "string"},
    "expires_at": {"type": "string", "format": "date-time"},
    "approval_id": {"type": ["integer", "null"]},
}
_UNCONFIRMED = [["status", "preview", "confirmation_token", "expires_at"], ["status", "approval_id"]]


def input_schema(model: type[BaseModel]) -> Schema:
    """Return the schema of what a tool takes; what may be left out is simply not required."""
    schema = _object(_slim(_inlined(model.model_json_schema(mode="validation")), nullable=False))
    steering = {name: schema["properties"].pop(name) for name in STEERING if name in schema["properties"]}
    schema["properties"] |= steering  # last: what a call is about comes first
    return schema


def output_schema(model: type[BaseModel], *, act: bool = False) -> Schema:
    """Return the schema of what a tool gives: its result, or an error with a code and a message; for an act also that somebody's
    word is needed first.

    Clients check all of these against this schema, so it has to allow them.
    """
    schema = _object(_slim(_inlined(model.model_json_schema(mode="serialization")), nullable=True))
    required = schema.pop("required", [])
    schema["properties"] = _without_required(schema["properties"], names=True)  # of what lies deeper every field is always there
    shapes = [required, ["code", "message", "fix"], *(_UNCONFIRMED if act else [])]
    properties = {**(_OF_ACTS if act else {}), **schema["properties"], "truncated": {"type": "boolean"}}
    return {**schema, "properties": properties, "anyOf": [{"required": names} for names in shapes]}


def _object(schema: Schema) -> Schema:
    """Put the keys of the root in a fixed order; a tool without arguments still has `properties`."""
    return {"type": "object", "properties": {}, **{key: value for key, value in schema.items() if key not in {"type", "description"}}}


def _inlined(schema: Schema) -> Schema:
    """Replace references by what they refer to: not every client follows them."""
    definitions = schema.pop("$defs", {})

    def resolve(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [resolve(item, above) for item in node]
        if not isinstance(node, dict):
            return node
        name = node.get("$ref", "").removeprefix("#/$defs/")
        if not name:
            return {key: resolve(value, above) for key, value in node.items()}
        if name in above:
            raise TypeError(f"{name} contains itself: a tool's schema has to end somewhere.")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**resolve(definitions[name], (*above, name)), **beside}

    inlined: Schema = resolve(schema, ())
    return inlined


def _slim(node: Any, *, nullable: bool, names: bool = False) -> Any:
    """Drop what says nothing: titles, null defaults, and for arguments the null that stands for left out."""
    if isinstance(node, list):
        return [_slim(item, nullable=nullable) for item in node]
    if not isinstance(node, dict):
        return node
    if names:  # the keys are names of fields here, and one may be called "title"
        return {key: _slim(value, nullable=nullable) for key, value in node.items()}
    kept = {key: value for key, value in node.items() if key != "title" and not (key == "default" and value is None)}
    slim = {key: value if key in VALUES else _slim(value, nullable=nullable, names=key == "properties") for key, value in kept.items()}
    return _without_null(slim, nullable=nullable)


def _without_null(schema: Schema, *, nullable: bool) -> Schema:
    """Write "this or null" shortly: as a list of types, or without the null where that is only another word for left out."""
    choices = schema.get("anyOf", [])
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(others) == len(choices):
        return schema
    if len(others) > 1:
        return schema if nullable else {**schema, "anyOf": others}
    beside = {key: value for key, value in schema.items() if key != "anyOf"}
    only: Schema = {**others[0], **beside}
    if not nullable:
        return only
    return {**only, "type": [only["type"], "null"]} if _may_be_null(only) else schema


def _without_required(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_without_required(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _without_required(value, names=key == "properties") for key, value in node.items() if names or key != "required"}


def _may_be_null(schema: Schema) -> bool:
    return isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema
