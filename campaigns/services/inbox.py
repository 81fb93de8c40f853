"""What a person does with a conversation besides answering it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from campaigns.models import Conversation
from campaigns.queries.inbox import get_thread
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor


@transaction.atomic
def mark(*, actor: Actor, thread_id: int, read: bool, now: datetime) -> Conversation:
    """Say that somebody has read a conversation, or that it has to be read again; the next message makes it unread. Twice is fine."""
    conversation = get_thread(actor=actor, thread_id=thread_id)
    if Conversation.objects.filter(id=conversation.id, unread=read).update(unread=not read) == 1:
        audit.record(actor, "conversation.read" if read else "conversation.unread", conversation)
    conversation.refresh_from_db(fields=["unread"])
    return conversation
