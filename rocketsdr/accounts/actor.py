"""Who asks, through which door, and what they may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rocketsdr.lib.errors import Forbidden

Via = Literal["mcp", "rest", "web", "admin", "shell", "job", "recipient"]

SCOPES: dict[str, str] = {
    "leads:read": "See leads",
    "leads:write": "Add and change leads",
    "campaigns:read": "See campaigns, products and personas",
    "campaigns:write": "Prepare campaigns, products and personas",
    "campaigns:send": "Launch campaigns: real e-mails go to real people",
    "inbox:read": "Read replies",
    "inbox:write": "Sort replies and draft answers",
    "inbox:send": "Send answers",
    "senders:read": "See senders and their health",
    "senders:write": "Change and pause senders",
    "compliance:write": "Add people to the suppression list, erase people",
    "analytics:read": "See results",
    "oversight:read": "See quotas, approvals and the audit log",
    "oversight:write": "Decide approvals, pause and undo",
    "admin": "Manage the workspace, its members and its keys",
    "ads:read": "See ad campaigns",
    "ads:write": "Change ad campaigns and budgets",
    "crm:read": "See people in the CRM",
    "crm:write": "Create people, notes and tasks in the CRM",
}

ALL_SCOPES = frozenset(SCOPES)
READ_SCOPES = frozenset(scope for scope in SCOPES if scope.endswith(":read"))

SCOPES_OF_ROLE: dict[str, frozenset[str]] = {
    "owner": ALL_SCOPES,
    "admin": ALL_SCOPES,
    "member": ALL_SCOPES - {"admin", "oversight:write"},
    "viewer": READ_SCOPES,
}


class MissingScope(Forbidden):
    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class Actor:
    """One caller of one workspace. `credential` is `key:12` for an API key, empty for a person at a page or a job of ours."""

    workspace_id: int
    user_id: int | None
    via: Via
    scopes: frozenset[str] = ALL_SCOPES
    credential: str = ""

    def require(self, scope: str) -> None:
        """Refuse with the name of the missing scope, unless this caller holds it."""
        if scope not in self.scopes:
            raise MissingScope(
                f"This credential lacks the scope {scope} ({SCOPES[scope].lower()}).",
                fix=f"Use a key that has {scope}, or ask an owner of the workspace for one.",
                scope=scope,
            )


def job_actor(workspace_id: int) -> Actor:
    """Return the actor for work that the platform itself carries on in a workspace."""
    return Actor(workspace_id=workspace_id, user_id=None, via="job")
