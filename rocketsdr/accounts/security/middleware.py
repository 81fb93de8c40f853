"""What every request of a signed-in person passes: the second factor that it owes, and the list of sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from rocketsdr.accounts.models import User
from rocketsdr.accounts.security import second_factor

SEEN_EVERY = timedelta(minutes=1)  # how exact "last seen" is; a write for every page would cost more than the page
OPEN_WITHOUT = frozenset({second_factor.CODE, second_factor.SET_UP, "account_reauthenticate", "account_login", "account_logout"})


class SignedInSession(MiddlewareMixin):
    """The one place that holds SECOND_FACTOR_FOR: whoever must have a second factor sets it up before they see anything else.

    A session of somebody who has one shows a code once, however it was signed in. And the list of a person's sessions learns where
    each was seen last, those from before there was a list included.
    """

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any) -> HttpResponse | None:
        # Without a cookie nobody is signed in; a public page is not to vary by a session that nobody has.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
            return None
        has_one = _note_seen(request, request.user)
        match = request.resolver_match
        if match is not None and match.url_name in OPEN_WITHOUT:
            return None
        page = second_factor.owed(request, request.user, has_one=has_one)
        return _sent_to(page, request) if page else None


def _note_seen(request: HttpRequest, user: User) -> bool:
    """Keep when and where the session was seen; say whether the person has a second factor. One statement most of the time."""
    app = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP)
    rows = UserSession.objects.filter(session_key=request.session.session_key, user_id=user.pk).values_list("last_seen_at", Exists(app))
    row = rows.first()
    if row is None or timezone.now() - row[0] >= SEEN_EVERY:
        UserSession.objects.create_from_request(request)
    return bool(row[1]) if row else second_factor.has(user)


def _sent_to(page: str, request: HttpRequest) -> HttpResponse:
    if page == second_factor.SET_UP:
        messages.warning(request, "What you may do here asks for a second factor: set one up first.")
        return redirect(page)
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect(f"{reverse(page)}?{urlencode({'next': back})}")
