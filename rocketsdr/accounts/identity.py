"""What a caller may know of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey, Membership, Workspace


@dataclass(frozen=True, slots=True)
class Account:
    """The workspace, and the person that the credential acts for."""

    workspace_id: int
    workspace: str
    person: str
    role: str
    timezone: str
    has_postal_address: bool


@dataclass(frozen=True, slots=True)
class Credential:
    """What the caller came with; its scopes are those that hold today."""

    name: str
    scopes: list[str]
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Policies:
    """What the caller's acts meet."""

    approval_policy: str
    hold_minutes: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Identity:
    account: Account
    key: Credential
    policies: Policies


def describe(*, actor: Actor) -> Identity:
    """Return the workspace, the person and the credential behind an actor."""
    workspace = Workspace.objects.get(id=actor.workspace_id)
    member = Membership.objects.select_related("user").filter(workspace=workspace, user_id=actor.user_id or 0).first()
    key = ApiKey.objects.filter(id=int(actor.credential.removeprefix("key:"))).first() if actor.credential.startswith("key:") else None
    return Identity(
        account=Account(
            workspace_id=workspace.id,
            workspace=workspace.name,
            person=member.user.email if member else "",
            role=member.role if member else "",
            timezone=workspace.timezone,
            has_postal_address=bool(workspace.postal_address.strip()),
        ),
        key=Credential(name=key.name if key else actor.via, scopes=sorted(actor.scopes), expires=key.expires_at if key else None),
        policies=Policies(workspace.approval_policy, workspace.hold_minutes, paused=workspace.paused_at is not None),
    )
