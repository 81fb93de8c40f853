"""How one e-mail is shown before it is sent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from campaigns.queries.lead_previews import REF
from mcp_gateway.tool.arguments import Id
from mcp_gateway.tool.results import Result, one_line
from mcp_gateway.tool.wording import lines

MAX_WORD = 500


def _by_id(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(REF):
        return {"lead_ref": value}
    return {"lead_id": value} if isinstance(value, int | str) else value


class LeadFields(BaseModel):
    """A lead by its id, or the columns that a CSV would have for them; what is no column of ours is a custom field."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)
    __pydantic_extra__: dict[str, Annotated[str, Field(max_length=MAX_WORD)]]

    lead_id: Id | None = None
    lead_ref: Annotated[str, Field(max_length=30)] | None = None

    def columns(self) -> dict[str, str]:
        """Return the columns that were given."""
        return {name: value for name, value in (self.__pydantic_extra__ or {}).items() if value.strip()}

    def named(self) -> dict[str, str | int]:
        """Return all that was given."""
        ways = {"lead_id": self.lead_id, "lead_ref": self.lead_ref}
        return {**self.columns(), **{name: value for name, value in ways.items() if value is not None}}


SampleLead = Annotated[LeadFields, BeforeValidator(_by_id)]


class PreviewEmailResult(Result):
    """One e-mail as its reader will see it. `stored` says that these very words wait to be sent, or were."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    body_text: str
    body_html: str
    variables_used: list[str]
    missing_variables: list[str]
    spam_findings: list[str]
    blocked_because: str
    stored: bool
    provenance: dict[str, Any]

    def text(self) -> str:
        """Say all that is ours before the e-mail, so that nothing in the e-mail can pass for it."""
        state = "These words are stored for this lead." if self.stored else "A preview: nothing is stored."
        return lines(
            f"**Blocked, it will not be sent:** {one_line(self.blocked_because)}" if self.blocked_because else "",
            *(f"**Spam check:** {one_line(each)}" for each in self.spam_findings),
            f"{state} All below is the e-mail.",
            f"\n**Subject:** {one_line(self.subject)}\n\n{self.body_text}",
        )
