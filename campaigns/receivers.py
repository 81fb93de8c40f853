"""What rises from below: mail from the providers, new workspaces from the accounts."""

from __future__ import annotations

from django.conf import settings
from django.dispatch import receiver

from campaigns.services import replies, senders
from integrations.contracts import InboundMail
from integrations.signals import mail_received
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.signals import workspace_opened
from rocketsdr.lib.clock import now


@receiver(mail_received)
def take_in_mail(*, account: object, mail: InboundMail, **_: object) -> None:
    """Hand a message that came to a connected mailbox to the workspace that owns it."""
    replies.take_in(workspace_id=account.workspace_id, mail=mail, now=now())  # type: ignore[attr-defined]  # a MailAccount, which only models may name


@receiver(workspace_opened)
def give_a_sender(*, actor: Actor, **_: object) -> None:
    """Let a new workspace of the embedded mode send to the built-in mailbox at once."""
    if settings.EMBEDDED:
        senders.add_builtin_sender(actor=actor, now=now())
