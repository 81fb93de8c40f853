"""A surface of tools that were made to try the hallway, and a way to call them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mcp_gateway import dispatch
from mcp_gateway.dispatch import Call, Outcome
from mcp_gateway.surfaces import Surface
from mcp_gateway.tool.exchange import Exchange
from rocketsdr.accounts.actor import Actor

HALL = Surface(slug="hall", address="api/hall/mcp", package="tests.mcp_gateway.hall_tools", instructions="Only for tests.")

Caller = Callable[..., Outcome]


def caller(actor: Actor, now: datetime) -> Caller:
    """Return what calls a tool of this surface for an actor."""

    def call(name: str, *, by: Actor = actor, at: datetime = now, exchange: Exchange | None = None, **arguments: Any) -> Outcome:
        asked = Call(surface=HALL, name=name, arguments=arguments, request_id="r" * 32, exchange=exchange or Exchange())
        return dispatch.call(by, asked, now=at)

    return call
