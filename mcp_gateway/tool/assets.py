"""What the tools for products and personas share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from campaigns.rules.targeting import asked
from mcp_gateway.tool.arguments import WriteArguments
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result, listing
from mcp_gateway.tool.targeting import AsInPreview, TargetingFields
from mcp_gateway.tool.wording import brief

Name = Annotated[str, Field(min_length=1, max_length=200)]
Sentences = Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=20)]
Description = Annotated[str, Field(max_length=5000)]


class ProductFields(WriteArguments):
    """What can be said of a product; the e-mails state nothing else about it."""

    description: Annotated[Description, Field(description="What it is and for whom, in a sentence or two.")] | None = None
    value_props: Annotated[Sentences, Field(description="What the buyer gains, a sentence each.")] | None = None
    proof_points: Annotated[Sentences, Field(description="Facts that prove it: numbers, customers, awards.")] | None = None
    url: Annotated[str, Field(max_length=500)] | None = None


class PersonaFields(WriteArguments):
    """What can be said of a buyer."""

    title: Annotated[str, Field(max_length=200, description="The job title, e.g. VP Engineering.")] | None = None
    description: Description | None = None
    pains: Annotated[Sentences, Field(description="What troubles them, a sentence each.")] | None = None
    targeting: Annotated[AsInPreview | None, Field(description="Whom campaigns take, as in preview_leads.")] = None


class ProductItem(Part):
    id: int
    name: str
    description: str
    value_props: list[str]
    proof_points: list[str]
    url: str
    updated_at: datetime

    def item(self) -> tuple[int, str, str]:
        """Return what a list shows: id, name and description."""
        return self.id, self.name, brief(self.description)


class PersonaItem(Part):
    id: int
    name: str
    title: str
    description: str
    pains: list[str]
    targeting: dict[str, Any]
    updated_at: datetime

    def item(self) -> tuple[int, str, str]:
        """Return what a list shows: id, name and title."""
        return self.id, self.name, brief(self.title or self.description)


class ProductResult(Result):
    """One product, after it was stored or changed."""

    product: ProductItem

    def text(self) -> str:
        return listing([self.product.item()], empty="")


class PersonaResult(Result):
    """One persona, after it was stored or changed."""

    persona: PersonaItem

    def text(self) -> str:
        return listing([self.persona.item()], empty="")


def given(args: WriteArguments, *without: str) -> dict[str, Any]:
    """Return the fields that the caller has filled in, but for those that steer the call."""
    fields = args.model_dump(exclude_none=True, exclude={"idempotency_key", "dry_run", "targeting", *without})
    targeting: TargetingFields | None = getattr(args, "targeting", None)
    return fields if targeting is None else fields | {"targeting": asked.stored(targeting.targeting())}
