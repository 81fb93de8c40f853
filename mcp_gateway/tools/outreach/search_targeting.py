from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.queries import targeting_values
from campaigns.queries.audiences import CAP
from campaigns.rules.targeting.search import TargetingType
from mcp_gateway.tool import Arguments, Result, tool
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import one_line
from rocketsdr.accounts.actor import Actor


class SearchTargetingArguments(Arguments):
    query: Annotated[str, Field(min_length=1, max_length=200, description="A name, a code or a part of it: Berlin, US-CA, SaaS, vp.")]
    type: Annotated[TargetingType, Field(description="What it is a value of.")]
    limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 10


class MatchItem(Part):
    value: str
    label: str
    type: TargetingType
    score: Annotated[float, Field(description="1 for its very name, less for a part of it or a similar spelling.")]
    leads: Annotated[int | None, Field(description="In the directories, counted to 10,000; null: not counted.")] = None

    def line(self) -> str:
        label = "" if self.value == self.label else f" {one_line(self.label)}"
        return f"- `{self.value}`{label}{self._number()}"

    def _number(self) -> str:
        return "" if self.leads is None else f" ({self.leads:,}{'+' if self.leads >= CAP else ''} leads)"


class SearchTargetingResult(Result):
    matches: list[MatchItem]

    def text(self) -> str:
        if not self.matches:
            return "Nothing is called so. Try another spelling or the English name, or another type."
        return "\n".join(["Values that targeting takes, the best match first:", *(each.line() for each in self.matches)])


@tool(doing="searching targeting values", scope="leads:read", read_only=True, idempotent=True, aliases=("search_targeting_values",))
def search_targeting(actor: Actor, args: SearchTargetingArguments) -> SearchTargetingResult:
    """List the supported values for one kind of targeting: countries, regions and cities, titles, industries, functions or seniorities."""
    found = targeting_values.search_targeting(actor=actor, query=args.query, kind=args.type, limit=args.limit)
    return SearchTargetingResult.model_validate({"matches": found})
