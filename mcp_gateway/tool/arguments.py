"""What a tool takes: the bases of its arguments, and the types that several tools share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_ID = 19  # digits of the largest bigint
_KEY = "Any unique text: a repeated call with the same key gives the first answer and acts no second time, for 7 days."


def _whole_number(value: Any) -> int:
    """Take an integer, or a string of digits, for an id; agents send both."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= LONGEST_ID:
        return int(value)
    raise PydanticCustomError("id", "send an id: a whole number, or a string of digits")


Id = Annotated[
    int,
    Field(ge=1, le=2**63 - 1),
    BeforeValidator(_whole_number),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]}),
]


class Arguments(BaseModel):
    """What a tool takes. Unknown keys are refused, so that a typo never passes for a default."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ListArguments(Arguments):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 25
    cursor: Annotated[str, Field(max_length=1000, description="next_cursor of the page before.")] | None = None


class WriteArguments(Arguments):
    """What every tool that changes something takes."""

    idempotency_key: Annotated[str, Field(min_length=8, max_length=128, description=_KEY)] | None = None
    dry_run: Annotated[bool, Field(description="true: change nothing, say what would happen.")] = False
