from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import TEXT, answers, form
from tests.conformance.said import Said


class ElicitationArguments(Arguments):
    message: str


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_elicitation(actor: Actor, args: ElicitationArguments) -> Said:
    """Ask the user for a name and an address."""
    given = answers(response=form(args.message, username=TEXT, email=TEXT))
    return Said(said=f"User response: {given['response']['action']}")
