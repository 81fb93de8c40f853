"""Settings → Your account: password, second factor, sessions."""

from __future__ import annotations

from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rocketsdr.accounts.models import User
from rocketsdr.accounts.security import second_factor, sessions
from rocketsdr.accounts.security.devices import describe
from rocketsdr.accounts.services import may_open_workspace


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show how the person signs in, and where they are signed in."""
    user = _person(request)
    factors = second_factor.factors_of(user)
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    rows = [
        {"session": session, "device": describe(session.user_agent), "is_current": session.session_key == request.session.session_key}
        for session in sessions.list_sessions(user=user)
    ]
    shown = {
        "app": factors.get(Authenticator.Type.TOTP),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "must_have": second_factor.must_have(user),
        "sessions": rows,
        "may_open_workspace": may_open_workspace(user),
    }
    return render(request, "security/account.html", shown)


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign the person out in one other place, or here."""
    ended = sessions.end(user=_person(request), session_id=session_id)
    if ended.session_key == request.session.session_key:
        request.session.flush()
        return redirect("account_login")
    messages.success(request, f"{describe(ended.user_agent)} is signed out.")
    return redirect("account_security")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere but here."""
    count = sessions.end_others(user=_person(request), session_key=request.session.session_key)
    messages.success(request, f"Signed out in {count} other place{'' if count == 1 else 's'}.")
    return redirect("account_security")


def _person(request: HttpRequest) -> User:
    """Return who is signed in, for views that nobody else reaches."""
    return cast("User", request.user)
