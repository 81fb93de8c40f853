"""The body of a REST call: one JSON object, the arguments of the tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from mcp_gateway import wire


class ArgumentsParser(BaseParser):
    """Reads JSON within the same bounds as the MCP endpoint: size, nesting, UTF-8, no NaN."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # The body is read through Django's request, which bounds its size; the stream would not.
        body = parser_context["request"]._request.body if parser_context else stream.read()
        try:
            arguments = wire.parse(body)
        except wire.RpcError as error:
            raise ParseError(error.message) from None
        if not isinstance(arguments, dict):
            raise ParseError("The body has to be one JSON object: the arguments of the tool by their names.")
        return arguments
