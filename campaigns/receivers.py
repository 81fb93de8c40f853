"""What rises from the providers."""

from __future__ import annotations

from django.dispatch import receiver

from campaigns.services import replies
from integrations.contracts import InboundMail
from integrations.signals import mail_received
from rocketsdr.lib.clock import now


@receiver(mail_received)
def take_in_mail(*, account: object, mail: InboundMail, **_: object) -> None:
    """Hand a message that came to a connected mailbox to the workspace that owns it."""
    replies.take_in(workspace_id=account.workspace_id, mail=mail, now=now())  # type: ignore[attr-defined]  # a MailAccount, which only models may name
