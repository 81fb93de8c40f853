"""Every fault of an argument is one sentence that names the field, the value and what to send."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, field_validator

from mcp_gateway.tool import Arguments, Id, InvalidArguments, Tool
from tests.mcp_gateway.fixture_tools.say_who import say_who


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Step(Arguments):
    body: Annotated[str, Field(max_length=5)]


class Sample(Arguments):
    name: Annotated[str, Field(min_length=2, max_length=4)] = "name"
    limit: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    kind: Literal["csv", "leads"] = "csv"
    color: Color = Color.RED
    flag: bool = False
    steps: Annotated[list[Step], Field(min_length=1, max_length=2)] | None = None
    custom: dict[str, str] = {}
    at: datetime | None = None
    day: date | None = None
    until: date | None = Field(default=None, alias="to")
    either: Id | Step | None = None
    word: Annotated[str, Field(pattern="^[a-z]+$")] = "a"

    @field_validator("name")
    @classmethod
    def _not_evil(cls, value: str) -> str:
        if value == "evil":
            raise ValueError("Send a kinder name.")
        return value


SAMPLE = Tool(**{**{name: getattr(say_who, name) for name in Tool.__dataclass_fields__}, "name": "sample", "arguments": Sample})


def said(**arguments: Any) -> list[str]:
    with pytest.raises(InvalidArguments) as caught:
        SAMPLE.parse(arguments)
    errors = caught.value.context["field_errors"]
    assert isinstance(errors, list)
    assert caught.value.message == " ".join(error["message"] for error in errors)
    return [error["message"] for error in errors]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "a"}, 'name is "a": send at least 2 characters.'),
        ({"name": "abcde"}, 'name is "abcde": send at most 4 characters.'),
        ({"name": 5}, "name is 5: send a text."),
        ({"name": None}, "name is null: send a text."),
        ({"name": "evil"}, 'name is "evil": send a kinder name.'),
        ({"limit": 0}, "limit is 0: send at least 1."),
        ({"limit": 10}, "limit is 10: send at most 9."),
        ({"limit": "many"}, 'limit is "many": send a whole number.'),
        ({"limit": 1.5}, "limit is 1.5: send a whole number."),
        ({"limit": [1]}, "limit is [1]: send a whole number."),
        ({"share": 0}, "share is 0: send more than 0.0."),
        ({"share": 1}, "share is 1: send less than 1.0."),
        ({"share": "half"}, 'share is "half": send a number.'),
        ({"kind": "tsv"}, "kind is \"tsv\": send one of 'csv' or 'leads'."),
        ({"color": "green"}, "color is \"green\": send one of 'red' or 'blue'."),
        ({"flag": "perhaps"}, 'flag is "perhaps": send true or false.'),
        ({"steps": []}, "steps is []: send at least 1 items."),
        ({"steps": "all"}, 'steps is "all": send a list.'),
        ({"steps": [{"body": "good"}, 5]}, "steps[1] is 5: send an object."),
        ({"steps": [{}]}, "steps[0].body is missing: add it."),
        ({"custom": []}, "custom is []: send an object."),
        ({"at": "soon"}, 'at is "soon": send a time such as 2026-11-20T10:15:00Z.'),
        ({"day": "today"}, 'day is "today": send a day such as 2026-11-20.'),
        ({"to": "today"}, 'to is "today": send a day such as 2026-11-20.'),
        ({"word": "A1"}, 'word is "A1": send a text of the form ^[a-z]+$.'),
        ({"nmae": 1}, "nmae is not an argument of sample: did you mean name."),
        ({"until": 1}, "until is not an argument of sample: remove it, or use one of name, limit, share, kind, color, flag, steps, custom"),
        ({"name": "a\x00b"}, "name holds a NUL character: remove it."),
        ({"custom": {"x": "\x00"}}, "custom.x holds a NUL character: remove it."),
        ({"custom": {"\x00": "x"}}, "custom holds a NUL character: remove it."),
        ({"steps": [{"body": "\x00"}]}, "steps[0].body holds a NUL character: remove it."),
        ({"custom": {"x": [float("inf")]}}, "custom.x[0] is beyond any number: send a smaller one."),
    ],
)
def test_a_fault_is_one_sentence(arguments, sentence):
    [message] = said(**arguments)
    assert message.startswith(sentence)


def test_a_long_value_is_not_repeated_whole():
    [message] = said(name="x" * 5000)
    assert len(message) < 120


def test_the_members_of_a_choice_are_told_apart_without_names_of_ours():
    assert {"either" if message.startswith("either ") else message for message in said(either="x")} == {"either"}


def test_all_faults_are_told_at_once_but_no_endless_list():
    assert len(said(name="a", limit=0, kind="tsv")) == 3
    assert len(said(**{f"unknown_{number}": 1 for number in range(50)})) == 20


def test_a_tool_without_arguments_says_so():
    with pytest.raises(InvalidArguments, match="verbose is not an argument of say_who: remove it"):
        say_who.parse({"verbose": True})
