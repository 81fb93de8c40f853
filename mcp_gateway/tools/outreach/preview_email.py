from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from campaigns.services import previewing
from mcp_gateway.tool import Arguments, Id, tool
from mcp_gateway.tool.previews import PreviewEmailResult, SampleLead
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class PreviewEmailArguments(Arguments):
    lead: Annotated[SampleLead | None, Field(description="Columns as in a CSV (email, title, …), or lead_ref of preview_leads.")] = None
    lead_id: Annotated[Id | None, Field(description="From list_leads, instead of lead.")] = None
    product_id: Annotated[Id | None, Field(description="From list_products.")] = None
    persona_id: Annotated[Id | None, Field(description="From list_personas.")] = None
    campaign_id: Annotated[Id | None, Field(description="Instead of product and persona: its own steps.")] = None
    step: Annotated[int, Field(ge=1, le=10)] = 1

    @model_validator(mode="after")
    def one_lead(self) -> Self:
        given = [self.lead_id, self.lead and self.lead.lead_id, self.lead and self.lead.lead_ref, self.lead and self.lead.columns()]
        if sum(bool(each) for each in given) != 1:
            raise ValueError("give either lead_id or the lead's columns, with at least an email")
        return self

    def spec(self) -> previewing.PreviewSpec:
        """Return what the service takes."""
        same = self.model_dump(include={"product_id", "persona_id", "campaign_id", "step"})
        lead_id = self.lead_id or (self.lead.lead_id if self.lead else None)
        lead_ref, fields = (self.lead.lead_ref, self.lead.columns()) if self.lead else (None, None)
        return previewing.PreviewSpec(lead_id=lead_id, lead_ref=lead_ref, lead_fields=fields, **same)


@tool(doing="previewing the e-mail", scope="campaigns:read", read_only=True, idempotent=True, aliases=("preview_mail",))
def preview_email(actor: Actor, args: PreviewEmailArguments) -> PreviewEmailResult:
    """Show the e-mail that a lead will get, word for word as it is sent. Nothing is stored or sent.

    Give a lead, and product_id and persona_id or a campaign_id; step 2 and later are the follow-ups.
    """
    return PreviewEmailResult.model_validate(previewing.preview(actor=actor, spec=args.spec(), now=now()))
