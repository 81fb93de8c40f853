from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway.tool import Arguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.said import Said


class RegionArguments(Arguments):
    region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]


@tool(doing="answering", scope=None, read_only=True)
def test_custom_header(actor: Actor, args: RegionArguments) -> Said:
    """Say which region was asked for; clients repeat it in a header, so that whoever routes them need not read the body."""
    return Said(said=f"The region is {args.region}.")
