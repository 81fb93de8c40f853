from __future__ import annotations

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import AUDIO, Shown


@tool(doing="answering", scope=None, read_only=True, core=False)
def test_audio_content(actor: Actor, args: Arguments) -> Shown:
    """Give a moment of silence."""
    return Shown(said="Silence.", blocks=[AUDIO])
