from __future__ import annotations

from collections.abc import Mapping

from mcp_gateway import guide as words
from mcp_gateway.resource import MARKDOWN, resource
from rocketsdr.accounts.actor import Actor


@resource(uri="outreach://guide", title="Guide for language models", mime_type=MARKDOWN, scope=None)
def guide(actor: Actor) -> Mapping[str, str]:
    """How to use this server: the steps of a campaign, the rules that hold for every call, and every tool in a line."""
    return {"text": words.text()}
