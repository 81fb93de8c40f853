"""What a tool is made of: `@tool`, the bases of arguments and results, and what several tools share."""

from mcp_gateway.tool.arguments import ActArguments, Arguments, Id, ListArguments, WriteArguments
from mcp_gateway.tool.declaration import BadTool, Tool, tool
from mcp_gateway.tool.faults import FieldError, InvalidArguments, explained, refusal
from mcp_gateway.tool.results import PageResult, Result, listing, one_line

__all__ = [
    "ActArguments",
    "Arguments",
    "BadTool",
    "FieldError",
    "Id",
    "InvalidArguments",
    "ListArguments",
    "PageResult",
    "Result",
    "Tool",
    "WriteArguments",
    "explained",
    "listing",
    "one_line",
    "refusal",
    "tool",
]
