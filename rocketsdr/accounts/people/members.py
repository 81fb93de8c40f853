"""The people of a workspace: who they are, what they may, and how they go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from rocketsdr.accounts import audit, connections
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey, Invitation, Membership, Workspace
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.people.roles import ROLES, manageable
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound


class LastOwner(Conflict):
    code = "last_owner"


class AboveYourRole(Forbidden):
    code = "above_your_role"


def list_members(*, actor: Actor) -> list[Membership]:
    """Return the workspace's people, owners first, then by address."""
    members = Membership.objects.filter(workspace_id=actor.workspace_id).select_related("user")
    return sorted(members, key=lambda member: (ROLES.index(member.role), member.user.email))


def get_member(*, actor: Actor, membership_id: int) -> Membership:
    """Return one membership of the actor's workspace."""
    try:
        return Membership.objects.select_related("user").get(id=membership_id, workspace_id=actor.workspace_id)
    except Membership.DoesNotExist:
        raise NotFound("No such member.", membership_id=membership_id) from None


def role_of(actor: Actor) -> str:
    """Return the caller's role today, or nothing for nobody's; an operator in the admin or at the shell acts as an owner."""
    if actor.via in ("admin", "shell"):
        return Role.OWNER
    roles = Membership.objects.filter(workspace_id=actor.workspace_id, user_id=actor.user_id or 0).values_list("role", flat=True)
    return roles.first() or ""


def require_may_manage(actor: Actor, *roles: str) -> None:
    """Refuse to give or take any of these roles unless the caller manages the workspace and none is above their own."""
    actor.require("admin")
    for role in roles:
        if role not in ROLES:
            raise Invalid(f"Unknown role {role!r:.40}.", field="role", fix=f"Use one of {', '.join(ROLES)}.")
    mine = manageable(role_of(actor))
    if beyond := [role for role in roles if role not in mine]:
        raise AboveYourRole(f"Your role does not manage the role {beyond[0]}.", fix="Ask an owner of the workspace.")


def lock(workspace_id: int) -> None:
    """Let one change of the workspace's people happen after the other: two owners cannot demote each other at once."""
    Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)


@transaction.atomic
def change_role(*, actor: Actor, membership_id: int, role: str, now: datetime) -> Membership:
    """Give a member another role from their next call on, pages, keys and connected programs alike."""
    lock(actor.workspace_id)
    member = get_member(actor=actor, membership_id=membership_id)
    require_may_manage(actor, member.role, role)
    if role == member.role:
        return member
    _keep_an_owner(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    _withdraw_invitations(member, now)
    audit.record(actor, "membership.set", member, member=member.user_id, role=role, before=before)
    return member


@transaction.atomic
def remove(*, actor: Actor, membership_id: int, now: datetime) -> Membership:
    """End a membership: from the next call on, the person and whatever speaks for them in this workspace is refused."""
    return _end(actor, membership_id, now, allowed=lambda member: require_may_manage(actor, member.role))


@transaction.atomic
def leave(*, actor: Actor, now: datetime) -> Membership:
    """Leave the workspace; everybody may but the last owner, and only a person at a page may for themselves."""
    mine = Membership.objects.filter(workspace_id=actor.workspace_id, user_id=actor.user_id or 0).first()
    if mine is None or actor.credential:
        raise Forbidden("Only a signed-in member can leave the workspace.", fix="Sign in and leave it under Settings → Members.")
    return _end(actor, mine.id, now, allowed=lambda member: None)


def _end(actor: Actor, membership_id: int, now: datetime, *, allowed: Callable[[Membership], None]) -> Membership:
    lock(actor.workspace_id)
    member = get_member(actor=actor, membership_id=membership_id)
    allowed(member)
    _keep_an_owner(member)
    member_id = member.id
    member.delete()
    member.id = member_id  # for the log and the page: Django forgets it
    # A membership is read at every call, so keys and connected apps are dead already; ended, they stay so when the person comes back.
    keys = ApiKey.objects.filter(workspace_id=actor.workspace_id, maker_id=member.user_id, revoked_at__isnull=True)
    revoked = keys.update(revoked_at=now)
    _withdraw_invitations(member, now, left=True)
    connections.end_of_member(actor=actor, user_id=member.user_id, now=now)
    audit.record(actor, "membership.ended", member, member=member.user_id, role=member.role, keys_revoked=revoked)
    return member


def _keep_an_owner(member: Membership) -> None:
    """Refuse to take away the last owner who can sign in."""
    if member.role != Role.OWNER:
        return
    others = Membership.objects.filter(workspace_id=member.workspace_id, role=Role.OWNER, user__is_active=True).exclude(id=member.id)
    if not others.exists():
        raise LastOwner("This is the workspace's last owner.", fix="Make somebody else an owner first.")


def _withdraw_invitations(member: Membership, now: datetime, *, left: bool = False) -> None:
    """Revoke what the member has offered to others and could not offer any more."""
    offered = Invitation.objects.open().filter(workspace_id=member.workspace_id, invited_by_id=member.user_id)
    may = () if left else manageable(member.role)
    offered.exclude(role__in=may).update(revoked_at=now)


@transaction.atomic
def add(*, actor: Actor, user_id: int, role: str) -> Membership:
    """Make somebody a member who is not yet; operators do this in the admin, people invite."""
    if actor.via not in ("admin", "shell"):
        raise Forbidden("People are invited.", fix="Invite them under Settings → Members.")
    require_may_manage(actor, role)
    lock(actor.workspace_id)
    member, made = Membership.objects.get_or_create(workspace_id=actor.workspace_id, user_id=user_id, defaults={"role": role})
    if not made:
        raise Conflict("This person is a member already.", fix="Change their role instead.")
    audit.record(actor, "membership.set", member, member=user_id, role=role)
    return member
