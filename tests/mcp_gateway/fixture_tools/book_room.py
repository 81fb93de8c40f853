from __future__ import annotations

from typing import Any

from mcp_gateway.tool import Arguments, Result, exchange, tool
from mcp_gateway.tool.exchange import InputRequired
from rocketsdr.accounts.actor import Actor

QUESTION = {
    "method": "elicitation/create",
    "params": {"message": "For how many?", "requestedSchema": {"type": "object", "properties": {"people": {"type": "integer"}}}},
}


class BookRoomArguments(Arguments):
    city: str
    by: str = "form"


class BookRoomResult(Result):
    booked: str

    def text(self) -> str:
        return self.booked


@tool(doing="booking a room", scope=None, read_only=True, reports=True)
def book_room(actor: Actor, args: BookRoomArguments) -> BookRoomResult:
    """Book a room after asking for how many people."""
    here = exchange.current()
    here.progress(1, 2, "Looking for rooms.")
    here.log("info", "asking")
    here.log("debug", "every detail")
    if "people" not in here.inputs:
        raise InputRequired({"people": _question(args.by)}, state={"city": args.city})
    return BookRoomResult(booked=f"{here.state['city']} for {here.inputs['people']['content']['people']}")


def _question(by: str) -> dict[str, Any]:
    if by == "sampling":
        return {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 5}}
    return QUESTION
