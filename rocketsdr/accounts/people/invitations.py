"""Invitations: who has been asked to join a workspace, and the mail that asks them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Invitation, Membership
from rocketsdr.accounts.people.members import lock, require_may_manage
from rocketsdr.accounts.people.roles import MEANING
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound
from rocketsdr.lib.jobs import enqueue

logger = logging.getLogger(__name__)

LIFE = timedelta(days=7)
KEPT = timedelta(days=30)  # an address of somebody who never came is not ours to keep
MOST_OPEN = 200  # of one workspace, so that nobody mails the world through it
MOST_TRIES = 5


class AlreadyMember(Conflict):
    code = "already_a_member"


class AlreadyInvited(Conflict):
    code = "already_invited"


class TooManyInvitations(LimitReached):
    code = "too_many_invitations"


class InvitationClosed(Conflict):
    code = "invitation_closed"


@transaction.atomic
def invite(*, actor: Actor, email: str, role: str, now: datetime) -> Invitation:
    """Ask an address to join the workspace with a role that is not above the caller's; a mail with a link goes out after the commit."""
    require_may_manage(actor, role)
    address = _address(email)
    lock(actor.workspace_id)
    _check_can_be_invited(actor, address, now)
    invitation = Invitation.objects.create(
        workspace_id=actor.workspace_id,
        email=address,
        role=role,
        invited_by_id=_inviter_id(actor),
        created_at=now,
        expires_at=now + LIFE,
    )
    audit.record(actor, "invitation.made", invitation, role=role)
    enqueue("accounts.send_invitation", invitation_id=invitation.id)
    return invitation


def _address(text: str) -> str:
    email = text.strip().lower()
    try:
        Invitation._meta.get_field("email").clean(email, None)
    except ValidationError:
        raise Invalid(f"{text!r:.100} is no e-mail address.", field="email", fix="Give one such as ada@example.com.") from None
    return email


def _inviter_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("People are invited by a person.", fix="Sign in and invite them under Settings → Members.")
    return actor.user_id


def _check_can_be_invited(actor: Actor, email: str, now: datetime) -> None:
    if Membership.objects.filter(workspace_id=actor.workspace_id, user__email=email).exists():
        raise AlreadyMember(f"{email} is a member already.", fix="Change their role in the list of members.")
    open_ones = Invitation.objects.open().filter(workspace_id=actor.workspace_id)
    open_ones.filter(email=email, expires_at__lte=now).update(revoked_at=now)
    if open_ones.filter(email=email).exists():
        raise AlreadyInvited(f"{email} is invited already.", fix="Send the invitation again, or revoke it first to give another role.")
    if open_ones.count() >= MOST_OPEN:
        fix = "Revoke those that nobody needs any more."
        raise TooManyInvitations(f"{MOST_OPEN} invitations of this workspace are open.", fix=fix, limit=MOST_OPEN)


def list_invitations(*, actor: Actor) -> list[Invitation]:
    """Return the invitations that nobody has accepted or revoked, the newest first, expired ones included."""
    actor.require("admin")
    return list(Invitation.objects.open().filter(workspace_id=actor.workspace_id).select_related("invited_by").order_by("-id"))


def get_invitation(*, actor: Actor, invitation_id: int) -> Invitation:
    """Return one invitation of the actor's workspace."""
    try:
        return Invitation.objects.get(id=invitation_id, workspace_id=actor.workspace_id)
    except Invitation.DoesNotExist:
        raise NotFound("No such invitation.", invitation_id=invitation_id) from None


@transaction.atomic
def resend(*, actor: Actor, invitation_id: int, now: datetime) -> Invitation:
    """Send a new link, good for another week; the old one works no more, and who sends it answers for it from now on."""
    invitation = get_invitation(actor=actor, invitation_id=invitation_id)
    require_may_manage(actor, invitation.role)
    renewed = {"digest": None, "mailed_at": None, "mail_tries": 0, "expires_at": now + LIFE, "invited_by_id": _inviter_id(actor)}
    _change(invitation, **renewed)
    audit.record(actor, "invitation.resent", invitation, role=invitation.role)
    enqueue("accounts.send_invitation", invitation_id=invitation.id)
    return invitation


@transaction.atomic
def revoke(*, actor: Actor, invitation_id: int, now: datetime) -> Invitation:
    """End an invitation: its link works no more."""
    invitation = get_invitation(actor=actor, invitation_id=invitation_id)
    require_may_manage(actor, invitation.role)
    _change(invitation, revoked_at=now)
    audit.record(actor, "invitation.revoked", invitation, role=invitation.role)
    return invitation


def _change(invitation: Invitation, **columns: object) -> None:
    if Invitation.objects.open().filter(id=invitation.id).update(**columns) != 1:
        raise InvitationClosed("This invitation is accepted or revoked already.", fix="Invite the person again if they are no member.")
    invitation.refresh_from_db()


# --- The mail ------------------------------------------------------------------------------------------------------------------


def send_due(*, now: datetime) -> None:
    """Wake a worker for every invitation whose mail has not gone out: a lost job, or a mail server that was down."""
    waiting = Invitation.objects.usable(now).filter(mailed_at__isnull=True, mail_tries__lt=MOST_TRIES)
    for invitation_id in waiting.order_by("id").values_list("id", flat=True)[:100]:
        enqueue("accounts.send_invitation", invitation_id=invitation_id)


def send(*, invitation_id: int, now: datetime) -> None:
    """Mail this invitation's link, once; a mail that the server did not take is tried again by `send_due`."""
    try:
        _send(invitation_id, now)
    except (SMTPException, OSError) as exc:
        Invitation.objects.filter(id=invitation_id, mailed_at__isnull=True).update(mail_tries=F("mail_tries") + 1)
        logger.warning("The mail of invitation %s did not go out: %s.", invitation_id, type(exc).__name__)


@transaction.atomic
def _send(invitation_id: int, now: datetime) -> None:
    """Store the digest of a new token and mail the token; should the commit fail, that link never works, and a new mail goes out."""
    waiting = Invitation.objects.usable(now).filter(id=invitation_id, mailed_at__isnull=True, mail_tries__lt=MOST_TRIES)
    invitation = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("workspace", "invited_by").first()
    if invitation is None:  # mailed, revoked or accepted, or another worker is at it
        return
    token = crypto.random_token(25)
    invitation.digest, invitation.mailed_at = crypto.digest(token), now
    invitation.save(update_fields=["digest", "mailed_at"])
    shown = {"invitation": invitation, "meaning": MEANING[invitation.role], "url": settings.PUBLIC_URL + reverse("join_link", args=[token])}
    text = render_to_string("account/email/invitation.txt", shown)
    send_mail(f"Join {invitation.workspace.name} at RocketSDR", text, None, [invitation.email])


def purge(*, now: datetime) -> None:
    """Delete the invitations that ended a month ago: expired, revoked or accepted."""
    Invitation.objects.filter(expires_at__lte=now - KEPT).delete()
