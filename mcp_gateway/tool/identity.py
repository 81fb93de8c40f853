"""How a caller is told who it is."""

from __future__ import annotations

from datetime import datetime

from mcp_gateway.tool.parts import Part
from mcp_gateway.tool.results import Result, one_line
from mcp_gateway.tool.wording import count, lines


class Account(Part):
    workspace_id: int
    workspace: str
    person: str
    role: str
    timezone: str
    has_postal_address: bool


class Key(Part):
    name: str
    scopes: list[str]
    expires: datetime | None


class Policies(Part):
    approval_policy: str
    hold_minutes: int
    paused: bool

    def line(self) -> str:
        hold = f"the first e-mail of a launch is held for {count(self.hold_minutes, 'minute')}"
        return f"Policy: {hold if self.approval_policy == 'cooling_off' else 'a person approves each launch'}"


class Identity(Result):
    account: Account
    key: Key
    policies: Policies

    def text(self) -> str:
        account, key = self.account, self.key
        return lines(
            f"Workspace: {one_line(account.workspace)} (ID {account.workspace_id}), time zone {account.timezone}",
            f"Acting for: {account.person}, {account.role}",
            f"Credential: {one_line(key.name)}, {f'expires {key.expires:%Y-%m-%d}' if key.expires else 'does not expire'}",
            f"Scopes: {', '.join(key.scopes)}",
            self.policies.line(),
            "The workspace is paused: nothing is sent." if self.policies.paused else "",
            "" if account.has_postal_address else "The workspace has no postal address, so it cannot launch from a real mailbox.",
        )
