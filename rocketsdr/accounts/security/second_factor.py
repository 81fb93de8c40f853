"""The second factor: who has one, who must, what a session still owes, and how a lost one is taken away."""

from __future__ import annotations

import logging

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from rocketsdr.accounts.actor import Via
from rocketsdr.accounts.models import Membership, User
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.security import notices, sessions
from rocketsdr.lib.errors import Conflict, NotFound

logger = logging.getLogger(__name__)

CODE, SET_UP = "mfa_reauthenticate", "mfa_activate_totp"  # the pages where a session gets what it owes


class NoSecondFactor(Conflict):
    code = "no_second_factor"


def factors_of(user: User) -> dict[str, Authenticator]:
    """Return the person's app and recovery codes, by type."""
    return {row.type: row for row in Authenticator.objects.filter(user_id=user.pk)}


def has(user: User) -> bool:
    """Say whether the person has set up an app."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def must_have(user: User) -> bool:
    """Say whether SECOND_FACTOR_FOR asks this person for one: each of its values includes those before it."""
    if settings.SECOND_FACTOR_FOR == "nobody":
        return False
    if settings.SECOND_FACTOR_FOR == "everybody" or user.is_staff:
        return True
    return settings.SECOND_FACTOR_FOR == "owners" and is_owner(user)


def is_owner(user: User) -> bool:
    """Say whether the person owns any workspace."""
    return Membership.objects.filter(user=user, role=Role.OWNER).exists()


def is_urged(user: User) -> bool:
    """Say whether a notice should urge this person: what they may do is worth a second factor, and they have none."""
    return not settings.EMBEDDED and (user.is_staff or is_owner(user)) and not has(user)


def owed(request: HttpRequest, user: User, *, has_one: bool) -> str:
    """Return the name of the page that a signed-in session has to pass first: a code, the set-up, or none."""
    if has_one:
        return "" if passed(request) else CODE
    return SET_UP if must_have(user) else ""


def passed(request: HttpRequest) -> bool:
    """Say whether this session has shown a second factor."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


@transaction.atomic
def reset(*, email: str, by: int | None = None, via: Via) -> User:
    """Take away a lost second factor, and end all sessions: the person signs in by their password alone, until they set up a new one."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFound(f"There is nobody with the address {email!r:.100}.", fix="Use the address that they sign in with.")
    if not Authenticator.objects.filter(user_id=user.pk).delete()[0]:
        raise NoSecondFactor(f"{user.email} has no second factor.", fix="They sign in with their password alone.")
    ended = sessions.end_all(user=user)
    notices.tell(user_id=user.pk, notice="second_factor.reset", by=by, via=via, sessions_ended=ended)
    logger.info("The second factor of person %s is reset through the %s.", user.pk, via)
    return user
