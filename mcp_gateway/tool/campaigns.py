"""What the tools for campaigns share: how a campaign is described, and how its outcome is told."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError

from campaigns.queries import campaigns as queries
from campaigns.queries.jobs import Job
from campaigns.rules import lead_records
from campaigns.services import importing
from campaigns.services.campaigns import CampaignSpec, Outcome, ScheduleSpec, missing
from campaigns.services.sequences import StepSpec
from campaigns.services.taking import MOST_NAMED
from mcp_gateway.tool.arguments import Arguments, Id, WriteArguments
from mcp_gateway.tool.jobs import LongResult
from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.previews import LeadFields
from mcp_gateway.tool.results import one_line
from mcp_gateway.tool.targeting import AsInPreview
from mcp_gateway.tool.wording import brief, count, lines
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

SHOWN_ROWS = 20  # rejected rows that an answer tells one by one
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORDS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_OF = {**dict(zip(_WORDS, DAYS, strict=True)), **{str(number): day for number, day in enumerate(DAYS, start=1)}}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")


def _day(value: Any) -> Any:
    word = str(value).strip().lower()
    return _DAY_OF.get(word, word)


def _local_time(value: Any) -> time:
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("local_time", "send a local time from 00:00 to 23:59, such as 09:00")
    return time(int(found[1]), int(found[2]))


def _unadvertised(*names: str) -> ConfigDict:
    """Keep arguments out of the schema that are taken only to say in a sentence that they are not available."""

    def leave_out(schema: dict[str, Any]) -> None:
        for name in names:
            del schema["properties"][name]

    return ConfigDict(json_schema_extra=leave_out)


def as_in_create_campaign(schema: dict[str, Any]) -> None:
    """Tell the parts of a campaign that create_campaign tells in full by its name alone; they are checked all the same."""
    del schema["properties"]["linkedin_usernames"]
    for name, kind in _TOLD_IN_FULL.items():
        schema["properties"][name] = {"type": kind, "description": "As in create_campaign."}


_TOLD_IN_FULL = {
    "csv_content": "string",
    "csv_url": "string",
    "leads": "array",
    "schedule": "object",
    "sender_ids": "array",
    "steps": "array",
    "targeting": "object",
}


Day = Annotated[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], BeforeValidator(_day)]
LocalTime = Annotated[time, BeforeValidator(_local_time), WithJsonSchema({"type": "string"})]
Type = Annotated[str, Field(max_length=50), WithJsonSchema({"type": "string", "enum": ["csv", "targeting", "leads"]})]


NamedLeads = Annotated[
    list[LeadFields], Field(min_length=1, max_length=MOST_NAMED), WithJsonSchema({"type": "array", "items": {"type": "object"}})
]


class Step(Arguments):
    model_config = _unadvertised("channel")

    subject: Annotated[str, Field(max_length=500, description="Liquid. Empty from the second step on: the same thread.")] = ""
    body: Annotated[str, Field(min_length=1, max_length=20_000, description="Liquid, e.g. Hi {{ lead.first_name | default: 'there' }}")]
    wait_days: Annotated[int, Field(ge=0, le=90, description="Days after the step before.")] = 0
    channel: Literal["email"] = "email"


class Schedule(Arguments):
    timezone: Annotated[str, Field(max_length=64, description="IANA name; the workspace's when left out.")] | None = None
    days: Annotated[list[Day], Field(min_length=1, max_length=7)] | None = None
    from_: Annotated[LocalTime | None, Field(alias="from", description="e.g. 09:00")] = None
    to: Annotated[LocalTime | None, Field(description="e.g. 17:00")] = None

    def spec(self) -> ScheduleSpec:
        days = tuple(DAYS.index(day) + 1 for day in self.days) if self.days else None
        return ScheduleSpec(timezone=self.timezone, days=days, start=self.from_, end=self.to)


class CampaignFields(WriteArguments):
    """What can be said of a campaign before it is launched."""

    model_config = _unadvertised("linkedin_usernames")

    type: Annotated[Type | None, Field(description="Where the leads come from.")] = None
    product_id: Annotated[Id | None, Field(description="From list_products.")] = None
    persona_id: Annotated[Id | None, Field(description="From list_personas.")] = None
    csv_content: Annotated[str, Field(description="A header line with an e-mail column, then a line per lead; up to 2 MB.")] | None = None
    csv_filename: Annotated[str, Field(max_length=200, description="Ends in .csv.")] | None = None
    csv_url: Annotated[str, Field(max_length=1000, description="gcsUrl of get_csv_upload_url, after the upload.")] | None = None
    sender_ids: Annotated[list[Id], Field(max_length=100, description="From list_senders; all active ones when left out.")] | None = None
    max_leads: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    steps: Annotated[list[Step], Field(min_length=1, max_length=10, description="A good sequence of three when left out.")] | None = None
    schedule: Annotated[Schedule, Field(description="Sending hours; Monday to Friday 09:00-17:00 when left out.")] | None = None
    targeting: Annotated[AsInPreview | None, Field(description="As in preview_leads; the persona's when left out.")] = None
    leads: Annotated[NamedLeads | None, Field(description="lead_id, lead_ref of preview_leads, or columns as in a CSV.")] = None
    linkedin_usernames: list[Any] | None = None

    def spec(self, name: str | None) -> CampaignSpec:
        """Return what the service takes."""
        said = {field: getattr(self, field) for field in CampaignFields.model_fields.keys() - WriteArguments.model_fields.keys()}
        steps = [StepSpec(body=each.body, subject=each.subject, wait_days=each.wait_days) for each in self.steps or []]
        parts = {
            "name": name,
            "steps": steps or None,
            "schedule": self.schedule.spec() if self.schedule else None,
            "targeting": self.targeting.targeting() if self.targeting else None,
            "leads": None if self.leads is None else [each.named() for each in self.leads],
        }
        return CampaignSpec(**said | parts)


class RejectedRow(Part):
    row: int
    reason: str


class ImportedLeads(Part):
    accepted: int
    duplicates: int
    rejected_total: int
    rejected: list[RejectedRow]


class CampaignOutcome(LongResult):
    """A campaign after it was made or finalized. `leads` says what its file held; `rejected` shows the first rows of those refused."""

    volatile: ClassVar[frozenset[str]] = frozenset({"campaign_id", "job_id", "hold_until", "blocked_by", "estimated_finish"})
    _outcome: Outcome | None = PrivateAttr(None)

    campaign_id: int
    name: str
    status: str
    leads: ImportedLeads | None
    missing: list[str]
    blocked_by: list[str]
    hold_until: datetime | None
    estimated_finish: datetime | None

    @classmethod
    def of_job(cls, actor: Actor, job: Job) -> Self:
        """Return what the tool would say now that its job is over."""
        campaign = queries.get_campaign(actor=actor, campaign_id=job.campaign_id or 0)
        return cls.of(Outcome(campaign=campaign, attached=importing.last_attached(campaign), job=job))

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        campaign, at = outcome.campaign, now()
        leads = _leads(outcome)
        made = cls(
            campaign_id=campaign.id,
            name=campaign.name,
            status=campaign.status,
            leads=leads,
            missing=missing(campaign),
            blocked_by=queries.blocked_by(campaign=campaign, now=at) if campaign.launched_at else [],
            hold_until=campaign.hold_until,
            estimated_finish=queries.estimated_finish(campaign=campaign, leads=leads.accepted if leads else 0, now=at),
            job_id=outcome.job.id if outcome.job else None,
        )
        made._outcome = outcome
        return made

    def promise(self) -> dict[str, Any]:
        promised = queries.promise(campaign=self._outcome.campaign) if self._outcome else {}
        return {**super().promise(), "promise": promised}

    def text(self) -> str:
        return lines(
            f"- **ID: {self.campaign_id}** - {one_line(self.name)}",
            f"  Status: {self.status}",
            *_told(self.leads),
            f"  Still missing: {', '.join(self.missing)}" if self.missing else "",
            *(f"  Waiting: {brief(each)}" for each in self.blocked_by),
            f"  Last e-mail about: {self.estimated_finish:%Y-%m-%d}" if self.estimated_finish and not self.missing else "",
            f"  Job: {self.job_id} (get_job shows how far it is)" if self.job_id and self.status == "importing" else "",
            f"  Next: {_NEXT.get(self.status, 'get_campaign shows how far it is.')}",
        )


def _leads(outcome: Outcome) -> ImportedLeads | None:
    if outcome.attached is None:
        return None
    attached = outcome.attached
    return ImportedLeads(
        accepted=attached.accepted,
        duplicates=attached.duplicates,
        rejected_total=len(attached.rejected),
        rejected=[RejectedRow(row=_row(attached, each.line), reason=each.reason) for each in attached.rejected[:SHOWN_ROWS]],
    )


def _row(attached: importing.Attached, line: int) -> int:
    """Return the line of a file, or which of the leads it was that came without one."""
    return line if attached.lead_import.kind == "csv" else lead_records.number_of(line)


def _told(leads: ImportedLeads | None) -> list[str]:
    if leads is None:
        return []
    unsaid = leads.rejected_total - len(leads.rejected)
    return [
        f"  Leads: {leads.accepted:,} accepted, {count(leads.duplicates, 'duplicate')}, {leads.rejected_total:,} rejected",
        *(f"  Row {each.row}: {brief(each.reason)}" for each in leads.rejected),
        f"  … and {count(unsaid, 'more rejected row')}" if unsaid else "",
    ]


_NEXT = {
    "draft": "nothing is sent until finalize_campaign_draft; preview_email shows its e-mails.",
    "importing": "get_campaign shows how far it is. The first e-mail leaves after a hold; until then pause_campaign stops it.",
    "scheduled": "pause_campaign stops it before the first e-mail leaves.",
}
