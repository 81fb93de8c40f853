"""Where a person is signed in, and how they end it."""

from __future__ import annotations

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from rocketsdr.accounts.models import User
from rocketsdr.lib.errors import NotFound


def list_sessions(*, user: User) -> list[UserSession]:
    """Return the person's sessions that still work, the one used last first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.last_seen_at, reverse=True)


def get_session(*, user: User, session_id: int) -> UserSession:
    """Return one session of this person."""
    try:
        return UserSession.objects.get(id=session_id, user_id=user.pk)
    except UserSession.DoesNotExist:
        raise NotFound("No such session.", session_id=session_id) from None


def end(*, user: User, session_id: int) -> UserSession:
    """Sign the person out where this session is used."""
    session = get_session(user=user, session_id=session_id)
    session.end()
    return session


def end_others(*, user: User, session_key: str | None) -> int:
    """Sign the person out everywhere but here; return in how many places."""
    others = list(UserSession.objects.filter(user_id=user.pk).exclude(session_key=session_key or ""))
    for session in others:
        session.end()
    return len(others)


def end_all(*, user: User) -> int:
    """Sign the person out everywhere; return in how many places."""
    return end_others(user=user, session_key=None)


def purge() -> None:
    """Delete what has expired, and what the list says of it."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
