from __future__ import annotations

from celery import shared_task

from rocketsdr.accounts import passwords


@shared_task(name="accounts.send_reset_link", acks_late=True)
def send_reset_link(*, user_id: int, **_: object) -> None:
    passwords.send_reset_link(user_id=user_id)
