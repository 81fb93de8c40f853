from __future__ import annotations

from mcp_gateway.prompt import prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor
from tests.conformance.asked import TEXT, answers, form


@prompt(title="With a question")
def test_input_required_result_prompt(actor: Actor, args: Arguments) -> str:
    """Ask the user first what the prompt is about."""
    given = answers(user_context=form("What context should the prompt use?", context=TEXT))
    return f"The context is: {given['user_context']['content']['context']}"
