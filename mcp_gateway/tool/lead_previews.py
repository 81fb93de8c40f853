"""How an audience is told: its size, who is left out, and a sample."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, WithJsonSchema

from campaigns.queries.audiences import left_out
from campaigns.queries.lead_previews import Preview, Sampled
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result, one_line
from mcp_gateway.tool.wording import brief, cell, lines


class SampledLead(Part):
    lead_ref: str
    name: str
    title: str
    company: str
    location: str
    reason: str

    @classmethod
    def of(cls, one: Sampled) -> Self:
        person = one.person
        work = {"title": person.title, "company": person.company.name if person.company else "", "location": person.location}
        return cls(lead_ref=one.lead_ref, name=person.full_name, reason=one.reason, **work)

    def line(self, number: int) -> str:
        work = " at ".join(part for part in (self.title, self.company) if part)
        who = " | ".join(cell(part) for part in (work, self.location) if part)
        return f"{number}. **{one_line(self.name) or 'Unnamed'}**\n   {who}\n   Ref: `{self.lead_ref}` | Why: {cell(self.reason)}"


class ReadAs(Part):
    field: str
    value: str
    label: str


class PreviewLeadsResult(Result):
    """An audience. `total` counts whom the workspace may write to; where it is not exact there are that many or more.

    `unresolved` is always empty: a value that is not known is an error that names it with suggestions.
    """

    total: int
    total_is_exact: bool
    would_take: int | None
    excluded: Annotated[dict[str, int], Field(description="Who fits but is not counted, by reason.")]
    understood: list[ReadAs]
    unresolved: Annotated[list[dict[str, str]], WithJsonSchema({"type": "array"})]
    seed: str
    sample: list[SampledLead]

    @classmethod
    def of(cls, found: Preview, *, max_leads: int | None) -> Self:
        return cls(
            total=found.size.total,
            total_is_exact=found.size.is_exact,
            would_take=None if max_leads is None else min(max_leads, found.size.total),
            excluded=found.size.excluded,
            understood=[ReadAs.model_validate(each) for each in found.meanings],
            unresolved=[],
            seed=found.seed,
            sample=[SampledLead.of(each) for each in found.sample],
        )

    def text(self) -> str:
        return lines(
            f"Total: {self.total:,}{'' if self.total_is_exact else '+'} leads",
            f"Not counted: {'' if self.total_is_exact else 'at least '}{left_out(self.excluded)}" if self.excluded else "",
            *(f"Read {brief(each.value)} as {brief(each.label)} ({each.field})" for each in self.understood),
            f"A campaign of max_leads would take {self.would_take:,}." if self.would_take is not None else "",
            f"A random sample (seed {one_line(self.seed)}):" if self.sample else "",
            *(each.line(number) for number, each in enumerate(self.sample, start=1)),
        )
