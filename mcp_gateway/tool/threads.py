"""How a conversation is told; existing clients parse the block."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import one_line
from mcp_gateway.tool.wording import cell

_BOLD = re.compile(r"\*{2,}")


class Thread(Part):
    thread_id: Annotated[int, Field(validation_alias="id")]
    subject: str
    status: str
    lead_id: int
    lead_name: Annotated[str, Field(validation_alias=AliasPath("lead", "full_name"))]
    lead_email: Annotated[str, Field(validation_alias=AliasPath("lead", "email"))]
    campaign_id: int
    campaign_name: Annotated[str, Field(validation_alias=AliasPath("campaign", "name"))]
    last_message_at: datetime
    preview: str
    unread: bool

    def block(self, number: int) -> str:
        """Return the numbered block; what others have written can neither end a line nor add a mark that clients look for."""
        return "\n".join(
            [
                f"{number}. **{_BOLD.sub('*', one_line(self.subject)) or '(no subject)'}**",
                f"   Thread ID: `{self.thread_id}` | Status: {self.status}",
                f"   Lead: {cell(self.lead_name) or self.lead_email} | Email: {self.lead_email}",
                f"   Campaign: {one_line(self.campaign_name)}",
                f"   Last Message: `{self.last_message_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}`",
                f'   Preview: "{one_line(self.preview).replace(chr(34), chr(39))}"',
            ]
        )
