"""Types of arguments that name something of the workspace, so that a client can offer the values that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from mcp_gateway.tool.arguments import Id


@dataclass(frozen=True, slots=True)
class Completes:
    """What the values of an argument name; `completions` knows how each kind is found."""

    kind: str


CampaignId = Annotated[Id, Completes("campaign_id")]
ProductId = Annotated[Id, Completes("product_id")]
PersonaId = Annotated[Id, Completes("persona_id")]
SenderId = Annotated[Id, Completes("sender_id")]
ThreadId = Annotated[Id, Completes("thread_id")]
LeadEmail = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), Completes("email")
]
