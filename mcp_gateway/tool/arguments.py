"""What a tool takes: the bases of its arguments, and the types that several tools share."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_ID = 19  # digits of the largest bigint
STEERING = ("idempotency_key", "dry_run", "confirmation_token")  # how a call is made, not what it does


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
    WithJsonSchema({"type": ["integer", "string"]}),
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

    idempotency_key: Annotated[str, Field(min_length=8, max_length=128, description="Same key, same call: acts once.")] | None = None
    dry_run: Annotated[bool, Field(description="true: only say what would happen.")] = False

    def canonical(self) -> str:
        """Return the same text for calls that ask for the same, however they are written and steered."""
        asked = self.model_dump(mode="json", by_alias=True, exclude=set(STEERING), exclude_defaults=True)
        return json.dumps(asked, sort_keys=True, ensure_ascii=False)


class ActArguments(WriteArguments):
    """What every tool takes that may need somebody's word first: it sends, answers, spends or lifts a protection."""

    confirmation_token: Annotated[str, Field(max_length=500, description="Of a confirmation_required answer.")] | None = None

    def acts(self) -> bool:
        """Say whether the call does with these arguments what needs the word."""
        return True
