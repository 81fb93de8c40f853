from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import lead_previews
from mcp_gateway.tool import Arguments, Id, tool
from mcp_gateway.tool.lead_previews import PreviewLeadsResult
from mcp_gateway.tool.targeting import TargetingFields
from rocketsdr.accounts.actor import Actor


class PreviewLeadsArguments(Arguments):
    persona_id: Annotated[Id, Field(description="Its targeting counts where none is given.")] | None = None
    targeting: Annotated[TargetingFields, Field(description="Values of search_targeting.")] | None = None
    max_leads: Annotated[int, Field(ge=1, le=lead_previews.MOST_LEADS, description="Of a campaign.")] | None = None
    sample_size: Annotated[int, Field(ge=1, le=25, description="How many are shown.")] = lead_previews.SAMPLE
    seed: Annotated[str, Field(min_length=1, max_length=100, description="Draws the same sample again.")] | None = None
    exact: Annotated[bool, Field(description="Count on above 10,000.")] = False


@tool(doing="previewing leads", scope="leads:read", quota="preview_leads", read_only=True, aliases=("preview_audience",))
def preview_leads(actor: Actor, args: PreviewLeadsArguments) -> PreviewLeadsResult:
    """Show how many leads of the directories a targeting reaches, and a random sample of them. Nothing is stored or sent.

    A value that is not known is an error with suggestions, never a broader search. 20 previews a day by default.
    """
    found = lead_previews.preview(
        actor=actor,
        targeting=args.targeting.targeting() if args.targeting else None,
        persona_id=args.persona_id,
        sample_size=args.sample_size,
        seed=args.seed,
        exact=args.exact,
    )
    return PreviewLeadsResult.of(found, max_leads=args.max_leads)
