from __future__ import annotations

from celery import shared_task

from rocketsdr.accounts import passwords, undo
from rocketsdr.lib.clock import now


@shared_task(name="accounts.send_reset_link", acks_late=True)
def send_reset_link(*, user_id: int, **_: object) -> None:
    passwords.send_reset_link(user_id=user_id)


@shared_task(name="accounts.purge_undo_steps", acks_late=True)
def purge_undo_steps(**_: object) -> None:
    undo.purge(now=now())
