"""What the sign-in library says happened to an account."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from rocketsdr.accounts.models import User
from rocketsdr.accounts.security import notices, sessions


@receiver([account.password_changed, account.password_set])
def password_changed(*, user: User, **_: Any) -> None:
    """Django ends the other sessions: each holds a digest of the password."""
    notices.tell(user_id=user.pk, notice="password.changed")


@receiver(account.password_reset)
def password_reset(*, user: User, **_: Any) -> None:
    notices.tell(user_id=user.pk, notice="password.reset", sessions_ended=sessions.end_all(user=user))


@receiver(mfa.authenticator_added)
def added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """End what was signed in by the password alone, but this session, which has just shown a code."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)
    ended = sessions.end_others(user=user, session_key=request.session.session_key)
    notices.tell(user_id=user.pk, notice="second_factor.added", sessions_ended=ended)


@receiver(mfa.authenticator_removed)
def removed(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        notices.tell(user_id=user.pk, notice="second_factor.removed")


@receiver(mfa.authenticator_reset)
def codes_renewed(*, user: User, **_: Any) -> None:
    notices.tell(user_id=user.pk, notice="recovery_codes.renewed")


@receiver(mfa.authenticator_used)
def used(*, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()  # the library has marked the code in another copy of the row
        notices.tell(user_id=user.pk, notice="recovery_code.used", left=len(authenticator.wrap().get_unused_codes()))


@receiver(mfa.authentication_failed)
def refused(*, user: User, reauthentication: bool, **_: Any) -> None:
    """Somebody knows the password, and not the code."""
    notices.record(user_id=user.pk, action="second_factor.refused", signed_in=reauthentication)
