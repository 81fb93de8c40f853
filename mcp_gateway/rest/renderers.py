"""How the REST door writes an outcome: its data as JSON, or its text as markdown for whoever prefers that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_json
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from mcp_gateway.dispatch import Outcome


class DataRenderer(BaseRenderer):
    """The structured result, exactly as the tool's output schema has it."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Outcome, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return to_json(data.structured)


class TextRenderer(BaseRenderer):
    """The text that a model reads."""

    media_type = "text/markdown"
    format = "md"

    def render(self, data: Outcome, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return data.text.encode()


class Negotiation(BaseContentNegotiation):
    """Chooses by the headers Accept and Content-Type alone; an Accept that says nothing takes everything."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        sent = request._request.content_type
        return next((parser for parser in parsers if sent in {parser.media_type, ""}), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        offered = {str(renderer.media_type): renderer for renderer in renderers}
        chosen = _preferred(request, list(offered))
        if chosen is None:
            raise NotAcceptable(f"This is offered as {' or '.join(offered)}.")
        return offered[chosen], chosen


def _preferred(request: Request, offered: list[str]) -> str | None:
    try:
        says_nothing = not request._request.accepted_types
    except ValueError:  # an encoding of a parameter that nobody knows
        says_nothing = True
    return offered[0] if says_nothing else request._request.get_preferred_type(offered)
