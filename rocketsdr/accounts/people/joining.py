"""Joining a workspace by the link of an invitation. Whatever is wrong with a link, the answer is the same."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Invitation, Membership, User
from rocketsdr.accounts.people.roles import manageable
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound


class LinkDoesNotWork(NotFound):
    code = "invitation_link_does_not_work"


class ForSomebodyElse(Forbidden):
    code = "invitation_for_somebody_else"


def get_invitation_of(*, token: str, now: datetime) -> Invitation:
    """Return the invitation behind a link; used, revoked, expired, withdrawn and invented links cannot be told apart."""
    # The digest is keyed: what an index lookup takes tells nothing about a token.
    digests = crypto.digests(token)
    found = Invitation.objects.usable(now).filter(digest__in=digests).select_related("workspace", "invited_by").first()
    if found is None or not _still_offered(found) or User.objects.filter(email=found.email, is_active=False).exists():
        raise LinkDoesNotWork("This link does not work any more.", fix="Ask the person who invited you for a new one.")
    return found


def _still_offered(invitation: Invitation) -> bool:
    """Say whether the person who offers the role could still give it today."""
    offered_by = Membership.objects.filter(workspace_id=invitation.workspace_id, user_id=invitation.invited_by_id, user__is_active=True)
    return any(invitation.role in manageable(role) for role in offered_by.values_list("role", flat=True))


def account_of(invitation: Invitation) -> User | None:
    """Return the person who has to sign in to join; None where the link's reader chooses a first password."""
    user = User.objects.filter(email=invitation.email).first()
    return user if user is not None and user.has_usable_password() else None


@transaction.atomic
def join(*, user: User, token: str, now: datetime) -> Membership:
    """Make the signed-in person a member, with the role that they were offered."""
    invitation = get_invitation_of(token=token, now=now)
    if user.email != invitation.email:
        raise ForSomebodyElse("This invitation is for another address.", fix=f"Sign in as {invitation.email}.")
    return _accept(invitation, user, now)


@transaction.atomic
def sign_up(*, token: str, name: str, password: str, now: datetime) -> Membership:
    """Store a new person with their password, and make them a member: the mail was proof that the address is theirs."""
    invitation = get_invitation_of(token=token, now=now)
    if account_of(invitation) is not None:
        raise Forbidden("There is an account with this address already.", fix="Sign in to join.")
    user = User.objects.filter(email=invitation.email).first() or User(email=invitation.email)
    user.name = name.strip()[: User._meta.get_field("name").max_length] or user.name
    _check_password(password, user)
    user.set_password(password)
    user.save()
    return _accept(invitation, user, now)


def _check_password(password: str, user: User) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as exc:
        raise Invalid(" ".join(exc.messages), field="password1") from None


def _accept(invitation: Invitation, user: User, now: datetime) -> Membership:
    """Use the invitation up, once; somebody who is a member by now keeps the role they have."""
    if Invitation.objects.usable(now).filter(id=invitation.id, digest=invitation.digest).update(accepted_at=now, accepted_by=user) != 1:
        raise LinkDoesNotWork("This link does not work any more.", fix="Ask the person who invited you for a new one.")
    role = {"role": invitation.role}
    membership, _ = Membership.objects.get_or_create(workspace_id=invitation.workspace_id, user=user, defaults=role)
    actor = Actor(workspace_id=invitation.workspace_id, user_id=user.pk, via="web", scopes=membership.scopes)
    audit.record(actor, "invitation.accepted", invitation, role=membership.role, member=user.pk)
    return membership
