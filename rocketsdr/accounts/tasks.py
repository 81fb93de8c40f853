from __future__ import annotations

from celery import shared_task
from oauth2_provider.models import clear_expired

from rocketsdr.accounts import connections, passwords, undo
from rocketsdr.accounts.oauth import drift, notice, registration
from rocketsdr.accounts.people import invitations
from rocketsdr.accounts.security import notices, sessions
from rocketsdr.lib.clock import now


@shared_task(name="accounts.send_reset_link", acks_late=True)
def send_reset_link(*, user_id: int, **_: object) -> None:
    passwords.send_reset_link(user_id=user_id)


@shared_task(name="accounts.purge_undo_steps", acks_late=True)
def purge_undo_steps(**_: object) -> None:
    undo.purge(now=now())


@shared_task(name="accounts.send_connection_notice", acks_late=True)
def send_connection_notice(*, consent_id: int, **_: object) -> None:
    notice.send(consent_id=consent_id, now=now())


@shared_task(name="accounts.clear_expired_tokens", acks_late=True)
def clear_expired_tokens(**_: object) -> None:
    clear_expired()


@shared_task(name="accounts.tidy_connections", acks_late=True)
def tidy_connections(**_: object) -> None:
    connections.tidy(now=now())


@shared_task(name="accounts.purge_oauth_clients", acks_late=True)
def purge_oauth_clients(**_: object) -> None:
    """Delete the OAuth clients that registered themselves and that nobody has connected."""
    registration.purge(now=now())


@shared_task(name="accounts.check_pinned_clients", acks_late=True)
def check_pinned_clients(**_: object) -> None:
    """Compare the pinned metadata of well known OAuth clients with what they publish, each once a week."""
    drift.check_pinned(now=now())


@shared_task(name="accounts.send_invitation", acks_late=True)
def send_invitation(*, invitation_id: int, **_: object) -> None:
    invitations.send(invitation_id=invitation_id, now=now())


@shared_task(name="accounts.send_due_invitations", acks_late=True)
def send_due_invitations(**_: object) -> None:
    invitations.send_due(now=now())


@shared_task(name="accounts.purge_invitations", acks_late=True)
def purge_invitations(**_: object) -> None:
    invitations.purge(now=now())


@shared_task(name="accounts.send_notice", acks_late=True)
def send_notice(*, user_id: int, notice: str, **_: object) -> None:
    notices.send(user_id=user_id, notice=notice)


@shared_task(name="accounts.purge_sessions", acks_late=True)
def purge_sessions(**_: object) -> None:
    sessions.purge()
