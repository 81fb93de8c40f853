"""How an audience is asked for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from campaigns.rules.targeting.resolving import MOST_VALUES, Asked, Targeting
from mcp_gateway.tool.arguments import Arguments

_TEXTS = {"type": "array", "items": {"type": "string"}}
Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=MOST_VALUES), WithJsonSchema(_TEXTS)
]  # the limits are told by whoever passes them: a schema of all of them would be read at every call
Employees = Annotated[int, Field(ge=1, le=10_000_000), WithJsonSchema({"type": "integer"})]


class Facets(Arguments):
    """Values of search_targeting. Of one facet any will do, every facet that is given has to fit."""

    locations: Annotated[Values, Field(description="Countries, regions, cities: DE, US-CA, geo:2950159, Munich.")] | None = None
    titles: Annotated[Values, Field(description="All words of one stand in the title.")] | None = None
    industries: Annotated[Values, Field(description="NAICS codes or names, with all within them.")] | None = None
    functions: Values | None = None
    seniorities: Values | None = None
    technologies: Annotated[Values, Field(description="Of the company.")] | None = None
    company_size_min: Annotated[Employees, Field(description="1, 2, 11, 51, 201, 501, 1001, 5001 or 10001.")] | None = None
    company_size_max: Annotated[Employees, Field(description="1, 10, 50, 200, 500, 1000, 5000 or 10000.")] | None = None

    def asked(self) -> Asked:
        """Return what the rules take."""
        said = {name: getattr(self, name) for name in Facets.model_fields}
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items() if value}
        return Asked(**values)


class TargetingFields(Facets):
    """Whom to look for."""

    exclude: Annotated[
        Facets | None, WithJsonSchema({"type": "object"}), Field(description="The same facets: any of these is left out.")
    ] = None

    def targeting(self) -> Targeting:
        """Return what queries and services take."""
        return Targeting(self.asked(), self.exclude.asked() if self.exclude else Asked())


AsInPreview = Annotated[TargetingFields, WithJsonSchema({"type": "object"})]  # told in full by preview_leads alone
