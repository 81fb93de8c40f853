"""The declaration of a resource: its URI, its variables, its contents, and the rules that it keeps."""

from __future__ import annotations

import base64
import json

import pytest

from mcp_gateway.resource import MARKDOWN, BadResource, Content, Resource, resource
from mcp_gateway.tool import Id, InvalidArguments, Result, capping
from rocketsdr.accounts.actor import Actor

NOBODY = Actor(workspace_id=1, user_id=None, via="mcp")


class Note(Result):
    words: str

    def text(self) -> str:
        return f"**{self.words}**"


def note(*, uri: str = "test://note", mime_type: str = "application/json", made: Content | None = None) -> Resource:
    @resource(uri=uri, title="Note", mime_type=mime_type, scope=None)
    def note(actor: Actor) -> Content:
        """A note for the tests."""
        return Note(words="Hello") if made is None else made

    return note


@resource(uri="test://rooms/{room}/guests/{id}", title="Guest", scope="leads:read")
def guest(actor: Actor, room: str, id_: Id) -> str:
    """One guest of a room,
    whoever it is."""
    return f"{room} {id_}"


def test_it_is_described_the_way_the_lists_do():
    described = {"name": "guest", "title": "Guest", "description": "One guest of a room, whoever it is.", "mimeType": "application/json"}
    assert guest.entry() == {"uriTemplate": "test://rooms/{room}/guests/{id}", **described}
    assert note().entry()["uri"] == "test://note"
    assert (note().is_template, guest.is_template) == (False, True)


URIS = {
    "test://rooms/blue/guests/7": {"room": "blue", "id": "7"},
    "test://rooms/sky%20blue%2F2/guests/7": {"room": "sky blue/2", "id": "7"},
    "test://rooms/blue/guests/": None,
    "test://rooms/blue/guests/7/": None,
    "test://rooms/a/b/guests/7": None,
    "test://rooms/blue/guests/7?x=1": None,
    "test://rooms/%ff/guests/7": None,
    "TEST://rooms/blue/guests/7": None,
    "": None,
}


@pytest.mark.parametrize("uri", URIS)
def test_a_uri_is_taken_apart_by_the_template(uri):
    assert guest.match(uri) == URIS[uri]


def test_variables_follow_the_types_of_the_function():
    assert guest.parse({"room": "blue", "id": "007"}) == {"room": "blue", "id_": 7}
    with pytest.raises(InvalidArguments, match='id is "x": send an id'):
        guest.parse({"room": "blue", "id": "x"})
    with pytest.raises(InvalidArguments, match="room holds a NUL character"):
        guest.parse({"room": "\x00", "id": "1"})


CONTENTS = {
    "a result in JSON": ("application/json", Note(words="Hi"), [{"text": '{"words":"Hi"}'}]),
    "a result in markdown": (MARKDOWN, Note(words="Hi"), [{"text": "**Hi**"}]),
    "a text": ("text/plain", "Hi", [{"text": "Hi"}]),
    "bytes": ("image/png", b"\x89PNG", [{"blob": base64.b64encode(b"\x89PNG").decode()}]),
    "a block of its own": (MARKDOWN, {"text": "Hi", "mimeType": "text/html"}, [{"text": "Hi", "mimeType": "text/html"}]),
    "several": ("text/plain", ["One", {"uri": "test://two", "text": "Two"}], [{"text": "One"}, {"uri": "test://two", "text": "Two"}]),
}


@pytest.mark.parametrize(("mime_type", "made", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_whatever_a_function_gives_becomes_contents(mime_type, made, expected):
    contents = note(mime_type=mime_type, made=made).read(NOBODY, "test://note", {})
    assert contents == [{"uri": "test://note", "mimeType": mime_type, **part} for part in expected]


@pytest.mark.parametrize("mime_type", ["application/json", MARKDOWN])
def test_long_contents_are_cut_and_say_so(mime_type):
    [cut] = note(mime_type=mime_type, made=Note(words="word " * 10_000)).read(NOBODY, "test://note", {})
    assert len(cut["text"]) <= capping.MOST + 100
    assert json.loads(cut["text"])["truncated"] is True if mime_type == "application/json" else cut["text"].endswith(capping.NOTE)
    [text] = note(mime_type=mime_type, made="word " * 10_000).read(NOBODY, "test://note", {})
    assert len(text["text"]) == capping.MOST


def declared(**change: object) -> None:
    given = {"uri": "test://x/{id}", "title": "X", "scope": None, **change}

    def x(actor: Actor, id_: Id) -> str:
        """Something."""
        return ""

    x.__doc__ = str(change.pop("doc", x.__doc__))
    given.pop("doc", None)
    resource(**given)(x)  # type: ignore[arg-type]  # each case gives what is wrong


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"doc": "Something"}, "has no docstring of whole sentences"),
        ({"scope": "leads:eat"}, "names the scope leads:eat"),
        ({"uri": "x/{id}"}, "has the URI x/{id}"),
        ({"uri": "test://x/{id}/{name}"}, "takes no argument name, which its URI names"),
        ({"uri": "test://x"}, "takes an argument that its URI does not name"),
    ],
)
def test_a_declaration_that_breaks_a_rule_stops_the_start(change, said):
    with pytest.raises(BadResource, match=said):
        declared(**change)
