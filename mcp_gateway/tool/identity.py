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


class Caps(Part):
    calls: int | None
    campaigns: int | None
    leads: int | None
    sends: int | None

    def line(self) -> str:
        """Name the limits that there are."""
        limits = ", ".join(f"{name} {cap:,}" for name, cap in self if cap is not None)
        return f"Limits of this credential a day: {limits}" if limits else ""


class Key(Part):
    name: str
    scopes: list[str]
    caps: Caps
    expires: datetime | None
    toolset: str
    policy: str
    may_approve: bool


class Policies(Part):
    approval_policy: str
    hold_minutes: int
    paused: bool

    def line(self) -> str:
        hold = f"the first e-mail of a launch is held for {count(self.hold_minutes, 'minute')}"
        meets = {"cooling_off": hold, "confirm": f"each act is confirmed first, then {hold}"}
        return f"Policy: {meets.get(self.approval_policy, 'a person approves each launch')}"


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
            key.caps.line(),
            self.policies.line(),
            "This credential may decide the approvals that others have asked for." if key.may_approve else "",
            "The workspace is paused: nothing is sent." if self.policies.paused else "",
            "" if account.has_postal_address else "The workspace has no postal address, so it cannot launch from a real mailbox.",
        )
