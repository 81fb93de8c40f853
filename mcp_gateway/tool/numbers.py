"""How results are told: the numbers, the rates with what they are parts of, and when they were counted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from campaigns.queries.analytics import Analytics, envelope_as_json
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result
from mcp_gateway.tool.wording import cell, lines

UNTRACKED = ("opens", "clicks")

_DAY: TypeAdapter[date] = TypeAdapter(date)
_TIME: TypeAdapter[datetime] = TypeAdapter(datetime)


def _day_or_time(value: Any) -> date | datetime:
    """Take a day or a time for what it is written as: 2026-11-20T00:00:00Z is a moment, not that whole day."""
    try:
        return _TIME.validate_python(value) if "T" in value or " " in value else _DAY.validate_python(value)
    except (ValidationError, TypeError):
        raise PydanticCustomError("moment", "send a day such as 2026-11-20, or a time such as 2026-11-20T10:15:00Z") from None


Moment = Annotated[date | datetime, BeforeValidator(_day_or_time), WithJsonSchema({"type": "string"})]


class Numbers(Part):
    leads: int
    sent: int
    delivered: int
    opens: int
    clicks: int
    replies: int
    positive: int
    meetings: int
    unsubscribed: int
    bounced: int
    failed: int
    unknown: int
    blocked: int
    suppressed: int


class Summary(Numbers):
    rates: dict[str, float | None]


class Group(Part):
    key: int | str | None
    label: str
    counters: Annotated[Numbers, WithJsonSchema({"type": "object", "additionalProperties": {"type": "integer"}})]
    rates: dict[str, float | None]

    def line(self) -> str:
        some = ("sent", "replies", "positive", "unsubscribed", "bounced")
        numbers = ", ".join(f"{name} {getattr(self.counters, name):,}" for name in some)
        return f"- {cell(self.label)}: {numbers}{_percent(self.rates)}"


class CampaignNumbers(Result):
    summary: Summary
    rows: list[Group]
    envelope: dict[str, Any]

    @classmethod
    def of(cls, counted: Analytics) -> CampaignNumbers:
        return cls(
            summary=Summary.model_validate(counted.summary),
            rows=[Group.model_validate(row) for row in counted.rows],
            envelope=envelope_as_json(counted.envelope),
        )

    def text(self) -> str:
        names = [name for name in Numbers.model_fields if name not in UNTRACKED]
        return lines(
            *(f"- {name.capitalize()}: {getattr(self.summary, name):,}" for name in names),
            f"Of delivered leads{rates}" if (rates := _percent(self.summary.rates)) else "",
            *(row.line() for row in self.rows),
            f"As of {self.envelope['as_of'][:16].replace('T', ' ')} UTC. Opens and clicks are not tracked.",
        )


def _percent(rates: dict[str, float | None]) -> str:
    known = [f"{name.replace('_', ' ')} {rate:.1%}" for name, rate in rates.items() if rate is not None]
    return f": {', '.join(known)}" if known else ""
