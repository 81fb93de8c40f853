"""What the fixture tools say, in every kind of content that the conformance suite looks for."""

from __future__ import annotations

from typing import Any

from mcp_gateway.tool import Result

RED_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

Block = dict[str, Any]

IMAGE: Block = {"type": "image", "data": RED_PIXEL, "mimeType": "image/png"}
AUDIO: Block = {"type": "audio", "data": SILENCE, "mimeType": "audio/wav"}


class Said(Result):
    """One sentence."""

    said: str

    def text(self) -> str:
        return self.said


class Shown(Said):
    """One sentence and what belongs to it, in one answer."""

    blocks: list[Block]

    def content(self) -> list[Block]:
        return [{"type": "text", "text": self.said}, *self.blocks]


def embedded(uri: str, *, mime_type: str, text: str) -> Block:
    """Return a resource that stands in the answer itself."""
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": text}}
