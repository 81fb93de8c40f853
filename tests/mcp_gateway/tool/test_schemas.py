from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from pydantic import Field

from mcp_gateway.tool import ActArguments, Arguments, Id, PageResult, Result, WriteArguments
from mcp_gateway.tool.schemas import input_schema, output_schema


class Step(Arguments):
    title: str
    wait_days: int | None = None


class Sample(WriteArguments):
    product_id: Id
    persona_id: Id | None = None
    type: Literal["csv"] = "csv"
    title: Annotated[str, Field(description="What it is called.")] | None = None
    steps: list[Step] | None = None


class Item(Result):
    id: int
    email: str | None = None
    opened: Literal["yes"] | None = None

    def text(self) -> str:
        return ""


class Sampled(PageResult):
    items: list[Item]

    def text(self) -> str:
        return ""


class Endless(Result):
    inner: list[Endless] = []

    def text(self) -> str:
        return ""


def test_the_schema_of_arguments_is_small_and_whole():
    schema = input_schema(Sample)
    properties = schema.pop("properties")
    assert schema == {"type": "object", "required": ["product_id"], "additionalProperties": False}
    assert list(properties)[-2:] == ["idempotency_key", "dry_run"]
    assert properties.pop("idempotency_key")["minLength"] == 8
    assert properties.pop("dry_run")["default"] is False
    assert properties == {
        "product_id": {"type": ["integer", "string"]},
        "persona_id": {"type": ["integer", "string"]},
        "type": {"type": "string", "const": "csv", "default": "csv"},
        "title": {"type": "string", "description": "What it is called."},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"title": {"type": "string"}, "wait_days": {"type": "integer"}},
                "required": ["title"],
                "additionalProperties": False,
            },
        },
    }


def test_the_schema_of_a_result_allows_its_nulls_and_a_refusal():
    schema = output_schema(Sampled)
    assert schema["type"] == "object"
    assert schema["properties"]["next_cursor"] == {"type": ["string", "null"]}
    assert schema["properties"]["items"]["items"]["properties"]["opened"] == {
        "anyOf": [{"const": "yes", "type": "string"}, {"type": "null"}]
    }
    assert schema["anyOf"] == [{"required": ["total", "items"]}, {"required": ["code", "message", "fix"]}]


def test_the_schema_of_an_act_allows_that_it_waits_for_a_word():
    schema = output_schema(Sampled, act=True)
    assert schema["anyOf"][2:] == [
        {"required": ["status", "preview", "confirmation_token", "expires_at"]},
        {"required": ["status", "approval_id"]},
    ]
    assert schema["properties"]["confirmation_token"] == {"type": "string"}
    assert schema["properties"]["truncated"] == {"type": "boolean"}
    assert "confirmation_token" not in output_schema(Sampled)["properties"]


def test_what_steers_an_act_comes_last():
    class Send(ActArguments):
        text: str

    assert list(input_schema(Send)["properties"]) == ["text", "idempotency_key", "dry_run", "confirmation_token"]


def test_a_schema_is_the_same_every_time_and_refers_to_nothing():
    first, second = (json.dumps([input_schema(Sample), output_schema(Sampled)]) for _ in range(2))
    assert first == second
    assert "$ref" not in first
    assert "$defs" not in first


def test_a_tool_without_arguments_still_has_properties():
    assert input_schema(Arguments) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_a_model_that_contains_itself_is_refused():
    with pytest.raises(TypeError, match="Endless contains itself"):
        output_schema(Endless)
