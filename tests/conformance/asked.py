"""What the fixture tools ask their client, and how they read what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_gateway.tool.exchange import InputRequired, current

Question = dict[str, Any]


def form(message: str, **fields: Mapping[str, Any]) -> Question:
    """Ask the user to fill in a form."""
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def completion(prompt: str, max_tokens: int = 100) -> Question:
    """Ask the client's model."""
    message = {"role": "user", "content": {"type": "text", "text": prompt}}
    return {"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": max_tokens}}


def roots() -> Question:
    """Ask which folders the client works in."""
    return {"method": "roots/list", "params": {}}


def answers(state: Any = None, **questions: Question) -> dict[str, Any]:
    """Return the answer to each question; ask those again that have none."""
    given = {name: answer for name, answer in current().inputs.items() if name in questions}
    missing = {name: question for name, question in questions.items() if name not in given}
    if missing:
        raise InputRequired(missing, state)
    return given


TEXT = {"type": "string"}
YES_OR_NO = {"type": "boolean"}
NAME = form("What is your name?", name=TEXT)
