from __future__ import annotations

from mcp_gateway.prompt import Message, prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import IMAGE


@prompt(title="With a picture")
def test_prompt_with_image(actor: Actor, args: Arguments) -> list[str | Message]:
    """Put a picture before the user's words."""
    return [{"role": "user", "content": IMAGE}, "Please analyze the image above."]
