"""What a caller may know of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import Actor, Caps, ids_of
from rocketsdr.accounts.models import ApiKey, Connection, Membership, Workspace


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
    """What the caller came with; its scopes are those that hold today, and an empty policy is the workspace's."""

    name: str
    scopes: list[str]
    caps: Caps
    expires: datetime | None
    toolset: str
    policy: str
    may_approve: bool


@dataclass(frozen=True, slots=True)
class Policies:
    """What the caller's acts meet: the policy of the workspace or of the credential, whichever is stricter."""

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
    return Identity(
        account=Account(
            workspace_id=workspace.id,
            workspace=workspace.name,
            person=member.user.email if member else "",
            role=member.role if member else "",
            timezone=workspace.timezone,
            has_postal_address=bool(workspace.postal_address.strip()),
        ),
        key=_credential(actor),
        policies=Policies(approvals.policy_of(actor), workspace.hold_minutes, paused=workspace.paused_at is not None),
    )


def names_of_credentials(*, workspace_id: int, credentials: Iterable[str]) -> dict[str, str]:
    """Return what people call these credentials of a workspace, such as `key:12`; one that is gone has no name."""
    joined = "+".join(credentials)
    keys = ApiKey.objects.filter(workspace_id=workspace_id, id__in=ids_of("key", joined))
    clients = Connection.objects.filter(workspace_id=workspace_id, id__in=ids_of("connection", joined)).select_related("application")
    return {**{key.credential: key.name for key in keys}, **{each.credential: str(each.application) for each in clients}}


def _credential(actor: Actor) -> Credential:
    """Describe what the caller came with; of two credentials both names, and of two keys the expiry that comes first."""
    keys = list(ApiKey.objects.filter(workspace_id=actor.workspace_id, id__in=ids_of("key", actor.credential)).order_by("id"))
    clients = Connection.objects.filter(workspace_id=actor.workspace_id, id__in=ids_of("connection", actor.credential))
    names = [*(key.name for key in keys), *(str(each.application) for each in clients.select_related("application"))]
    return Credential(
        name=" + ".join(names) or actor.via,
        scopes=sorted(actor.scopes),
        caps=actor.caps,
        expires=min((key.expires_at for key in keys if key.expires_at), default=None),
        toolset=actor.toolset,
        policy=actor.policy,
        may_approve=actor.may_approve,
    )
