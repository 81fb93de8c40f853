from __future__ import annotations

from typing import Any

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said

ADDRESS = {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


class ContactArguments(Arguments):
    name: str = ""
    address: dict[str, Any] | None = None
    contactMethod: str = ""  # noqa: N815 - the suite's name
    phone: str = ""
    email: str = ""


@tool(doing="answering", scope=None, read_only=True)
def json_schema_2020_12_tool(actor: Actor, args: ContactArguments) -> Said:
    """Take a contact, described with every word of JSON Schema 2020-12."""
    return Said(said=f"Called with {args.model_dump_json(exclude_defaults=True)}.")


vars(json_schema_2020_12_tool)["input_schema"] = SCHEMA  # schemas of ours are written out; this one has to arrive as it is
