"""The mail that tells a person which client they have let in: whoever pressed Allow in their name, they hear of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from rocketsdr.accounts.actor import SCOPES
from rocketsdr.accounts.models import Consent


@transaction.atomic
def send(*, consent_id: int, now: datetime) -> None:
    """Mail the person what they have let in and how to end it; do nothing where that was done, or is not worth a mail any more."""
    untold = Consent.objects.select_for_update(of=("self",)).filter(
        id=consent_id, noticed_at__isnull=True, connection__user__is_active=True
    )
    consent = untold.select_related("connection__application", "connection__user", "workspace").first()
    if consent is None or consent.connection is None:
        return
    connection = consent.connection
    shown = {
        "client": _one_line(str(connection.application)),
        "returns_to": connection.returns_to,
        "workspace": consent.workspace,
        "at": consent.created_at,
        "powers": [SCOPES[scope] for scope in connection.scopes if scope in SCOPES],
        "url": settings.PUBLIC_URL,
    }
    text = render_to_string("account/email/connection.txt", shown)
    send_mail(f"{shown['client']} is connected to {_one_line(consent.workspace.name)}", text, None, [connection.user.email])
    Consent.objects.filter(id=consent.id).update(noticed_at=now)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:100]
