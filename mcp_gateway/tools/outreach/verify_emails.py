from __future__ import annotations

from typing import Annotated

from pydantic import Field

from campaigns.rules.email_verdicts import EmailVerdict
from campaigns.services import verifying
from mcp_gateway.tool import ListArguments, PageResult, one_line, tool
from mcp_gateway.tool.parts import Part
from rocketsdr.accounts.actor import Actor

Email = Annotated[str, Field(min_length=1, max_length=320)]


class VerifyEmailsArguments(ListArguments):
    emails: Annotated[list[Email], Field(min_length=1, max_length=verifying.MOST, description="The addresses to check.")]
    limit: Annotated[int, Field(ge=1, le=100, description="How many results at most.")] = verifying.LIMIT


class CheckItem(Part):
    value: Annotated[bool | None, Field(description="null: not known.")]
    reason: str


class ChecksPart(Part):
    syntax: Annotated[CheckItem, Field(description="Whether it is an address.")]
    mx: Annotated[CheckItem, Field(description="Whether its domain takes mail.")]
    role: Annotated[CheckItem, Field(description="Whether it is a role account, such as info@.")]
    disposable: Annotated[CheckItem, Field(description="Whether it is made to be thrown away.")]
    free: Annotated[CheckItem, Field(description="Whether it is at a free-mail provider.")]


class VerifiedItem(Part):
    email: str
    verdict: EmailVerdict
    reason: str
    checks: ChecksPart

    def line(self) -> str:
        return f"- {one_line(self.email)}: **{self.verdict}**. {one_line(self.reason)}"


class VerifyEmailsResult(PageResult):
    results: list[VerifiedItem]
    counts: Annotated[dict[EmailVerdict, int], Field(description="Of all the addresses, not only of this page.")]

    def text(self) -> str:
        counted = ", ".join(f"{number} {verdict}" for verdict, number in self.counts.items())
        return "\n".join([f"{self.total} checked: {counted}.", *(each.line() for each in self.results)]) + self.more()


@tool(doing="verifying e-mails", scope="leads:read", read_only=True, idempotent=True, open_world=True, core=False)
def verify_emails(actor: Actor, args: VerifyEmailsArguments) -> VerifyEmailsResult:
    """Show whether mail can reach each address, by its form, its domain's mail servers (DNS) and its kind: role, throw-away, free mail.
    No mail server is called, so nobody knows whether the mailbox exists. To go on with a cursor send the same emails."""
    return VerifyEmailsResult.model_validate(verifying.verify(actor=actor, **args.model_dump()), from_attributes=True)
