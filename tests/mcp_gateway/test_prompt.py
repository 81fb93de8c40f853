"""The declaration of a prompt: its arguments, its messages, and the rules that it keeps."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

from mcp_gateway.prompt import BadPrompt, Messages, Prompt, prompt
from mcp_gateway.tool import Arguments, InvalidArguments, capping
from rocketsdr.accounts.actor import Actor

NOBODY = Actor(workspace_id=1, user_id=None, via="mcp")


class GreetArguments(Arguments):
    name: Annotated[str, Field(min_length=1, max_length=20, description="Whom to greet.")]
    times: Annotated[int, Field(ge=1, le=3, description="How often.")] = 1


@prompt(title="Greet", scopes=("leads:read", "inbox:read"))
def greet(actor: Actor, args: GreetArguments) -> str:
    """Greet somebody,
    politely."""
    return f"Greet {args.name}." * args.times


def of(made: Messages) -> Prompt:
    @prompt(title="Made")
    def made_for_the_test(actor: Actor, args: Arguments) -> Messages:
        """Say what the test made."""
        return made

    return made_for_the_test


def test_it_is_described_the_way_the_list_does():
    assert greet.entry() == {
        "name": "greet",
        "title": "Greet",
        "description": "Greet somebody, politely.",
        "arguments": [
            {"name": "name", "description": "Whom to greet.", "required": True},
            {"name": "times", "description": "How often.", "required": False},
        ],
    }


def test_arguments_come_as_texts_and_are_checked():
    assert greet.parse({"name": "Ada", "times": "2"}) == GreetArguments(name="Ada", times=2)
    for wrong, said in (
        ({}, "name is missing: add it."),
        ({"name": "Ada", "times": "9"}, 'times is "9": send at most 3.'),
        ({"name": "Ada", "time": "1"}, "time is not an argument of greet: did you mean times."),
        ({"name": "A\x00"}, "name holds a NUL character: remove it."),
    ):
        with pytest.raises(InvalidArguments) as refused:
            greet.parse(wrong)
        assert refused.value.message == said


def test_it_needs_all_of_its_scopes():
    assert greet.is_for(frozenset({"leads:read", "inbox:read", "admin"}))
    assert not greet.is_for(frozenset({"leads:read"}))


def test_texts_are_messages_of_the_user_and_blocks_stay_as_they_are():
    image = {"role": "user", "content": {"type": "image", "data": "aGk=", "mimeType": "image/png"}}
    hello = {"role": "user", "content": {"type": "text", "text": "Hello"}}
    assert of("Hello").messages(NOBODY, Arguments()) == [hello]
    assert of([image, "Hello"]).messages(NOBODY, Arguments()) == [image, hello]


def test_a_long_text_is_cut():
    [message] = of("word " * 10_000).messages(NOBODY, Arguments())
    assert len(message["content"]["text"]) == capping.MOST


class Unexplained(Arguments):
    name: str


@pytest.mark.parametrize(
    ("doc", "scopes", "arguments", "said"),
    [
        ("Something", (), Arguments, "has no docstring of whole sentences"),
        ("Something.", ("leads:eat",), Arguments, "names the scope leads:eat"),
        ("Something.", (), Unexplained, "takes an argument without a description"),
    ],
)
def test_a_declaration_that_breaks_a_rule_stops_the_start(doc, scopes, arguments, said):
    def x(actor, args):
        return ""

    x.__doc__, x.__annotations__ = doc, {"args": arguments}
    with pytest.raises(BadPrompt, match=said):
        prompt(title="X", scopes=scopes)(x)
