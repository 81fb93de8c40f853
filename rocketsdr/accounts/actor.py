"""Who asks, through which door, and what they may."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
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

POLICIES = ("", "cooling_off", "confirm", "approval")  # what an act meets, from the laxest; empty: whatever the others say
Toolset = Literal["core", "full"]


class MissingScope(Forbidden):
    code = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one credential may on one day (UTC); None is no limit of its own."""

    calls: int | None = None
    campaigns: int | None = None
    leads: int | None = None
    sends: int | None = None

    def __and__(self, other: Caps) -> Caps:
        """Return what both allow."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Caps(*(min((cap for cap in pair if cap is not None), default=None) for pair in pairs))


NO_CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Actor:
    """One caller of one workspace. `credential` is `key:12` for an API key, `connection:12` for a client that a person has let in by
    OAuth, empty for a person at a page or a job of ours.

    `policy` is the credential's own approval policy (empty: the workspace's), `may_approve` says that an owner lets it decide approvals.
    `askable` are the scopes that a client does not have, and for which it may ask its person.
    """

    workspace_id: int
    user_id: int | None
    via: Via
    scopes: frozenset[str] = ALL_SCOPES
    credential: str = ""
    toolset: Toolset = "core"
    policy: str = ""
    may_approve: bool = False
    caps: Caps = NO_CAPS
    askable: frozenset[str] = frozenset()

    @property
    def within_reach(self) -> frozenset[str]:
        """The scopes that the caller has, or may ask its person for: what a list shows, or a client would never know to ask."""
        return self.scopes | self.askable if self.askable else self.scopes

    @property
    def credentials(self) -> list[str]:
        """The credentials that the caller came with, one by one; none for a person."""
        return parts_of(self.credential)

    def joined(self, other: Actor) -> Actor:
        """Return the caller who presents two credentials of one workspace: they may what both allow, and meet the stricter policy."""
        scopes = self.scopes & other.scopes
        return replace(
            self,
            scopes=scopes,
            askable=(self.within_reach & other.within_reach) - scopes,
            credential=f"{self.credential}+{other.credential}",
            toolset=self.toolset if other.toolset == "full" else other.toolset,
            policy=stricter(self.policy, other.policy),
            may_approve=self.may_approve and other.may_approve,
            caps=self.caps & other.caps,
        )

    def require(self, *scopes: str) -> None:
        """Refuse with the names of the missing scopes, unless this caller holds them all."""
        if missing := [scope for scope in scopes if scope not in self.scopes]:
            meaning = ", ".join(f"{scope} ({SCOPES[scope].lower()})" for scope in missing)
            raise MissingScope(
                f"This credential lacks the {'scope' if len(missing) == 1 else 'scopes'} {meaning}.",
                fix=f"Use a key or a connection that has {' and '.join(missing)}, or ask an owner of the workspace for one.",
                scope=" ".join(missing),
            )

    def may_ask_for(self, missing: object) -> bool:
        """Say whether a client that a MissingScope has refused can get all that it names from its person."""
        return isinstance(missing, str) and missing != "" and self.askable.issuperset(missing.split())


def parts_of(credential: str) -> list[str]:
    """Return the single credentials in what an actor or a row names: `key:1+key:2` are two."""
    return [part for part in credential.split("+") if part]


def ids_of(kind: str, credential: str) -> list[int]:
    """Return the ids of the single credentials of this kind (`key`, `connection`) in what an actor or a row names."""
    named = [part.partition(":") for part in parts_of(credential)]
    return [int(number) for name, _, number in named if name == kind]


def stricter(*policies: str) -> str:
    """Return the strictest of these approval policies."""
    return max(policies, key=POLICIES.index)


def job_actor(workspace_id: int) -> Actor:
    """Return the actor for work that the platform itself carries on in a workspace."""
    return Actor(workspace_id=workspace_id, user_id=None, via="job")
