"""The conversation that a tool is called in: what the client can do, what it has answered, and what it may be told meanwhile.

A door opens an exchange around a call. Where nobody did, nothing can be asked and what is told meanwhile reaches nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
Progress = Callable[[float, float | None, str], None]
Log = Callable[[Level, Any], None]


class InputRequired(Exception):
    """The call cannot go on before the client has answered. Nothing has happened yet; the client calls again with its answers.

    `requests` are the questions by name, each `{"method": "elicitation/create", "params": {…}}`. `state` is JSON that comes back with
    the answers: the client carries it, but can neither read nor change nor reuse it for another call.
    """

    def __init__(self, requests: Mapping[str, Mapping[str, Any]], state: Any = None) -> None:
        super().__init__(f"Input is required: {', '.join(requests)}")
        self.requests = requests
        self.state = state


def _nobody_hears(*_: Any) -> None:
    """Drop what is told where no client listens."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call's conversation.

    `capabilities` are the client's, as paths: `elicitation`, `elicitation.form`, `elicitation.url`, `sampling`, `roots`, `tasks`.
    `inputs` are its answers by the name of the question, `state` is what `InputRequired` gave it; both only in a later round.
    """

    capabilities: frozenset[str] = frozenset()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    state: Any = None
    progress: Progress = _nobody_hears
    log: Log = _nobody_hears


_ALONE = Exchange()
_current: ContextVar[Exchange] = ContextVar("exchange", default=_ALONE)


def current() -> Exchange:
    """Return the conversation of the call that runs in this thread."""
    return _current.get()


@contextmanager
def opened(exchange: Exchange) -> Iterator[None]:
    """Hold a conversation open for what is called inside."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)
