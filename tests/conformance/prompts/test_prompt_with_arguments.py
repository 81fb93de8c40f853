from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway.prompt import prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor


class TwoArguments(Arguments):
    arg1: Annotated[str, Field(description="The first argument.")]
    arg2: Annotated[str, Field(description="The second argument.")]


@prompt(title="With arguments")
def test_prompt_with_arguments(actor: Actor, args: TwoArguments) -> str:
    """Repeat two arguments."""
    return f"Prompt with arguments: arg1='{args.arg1}', arg2='{args.arg2}'"
