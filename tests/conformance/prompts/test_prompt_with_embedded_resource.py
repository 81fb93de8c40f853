from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway.prompt import Message, prompt
from mcp_gateway.tool import Arguments
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import embedded


class ResourceArguments(Arguments):
    resource_uri: Annotated[str, Field(alias="resourceUri", description="The resource to embed.")]


@prompt(title="With a resource")
def test_prompt_with_embedded_resource(actor: Actor, args: ResourceArguments) -> list[str | Message]:
    """Put a resource before the user's words."""
    resource = embedded(args.resource_uri, mime_type="text/plain", text="Embedded resource content for testing.")
    return [{"role": "user", "content": resource}, "Please process the embedded resource above."]
