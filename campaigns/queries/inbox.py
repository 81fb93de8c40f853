from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from campaigns.models import Conversation, Delivery, DeliveryStatus
from campaigns.models.conversation import ThreadStatus
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.pages import LIMIT, Page, page
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid, NotFound

LATEST = 100  # messages of each side that a thread shows


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail of a conversation. `untrusted`: somebody outside wrote it."""

    direction: Literal["in", "out"]
    sender: str
    at: datetime
    subject: str
    text: str
    untrusted: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation with its messages, the latest first."""

    conversation: Conversation
    messages: list[Message]


def read_thread(*, actor: Actor, thread_id: int) -> Thread:
    """Return what was said in one conversation of the actor's workspace, by both sides."""
    conversation = get_thread(actor=actor, thread_id=thread_id)
    messages = [*_received(conversation), *_sent(conversation)]
    return Thread(conversation, sorted(messages, key=lambda message: message.at, reverse=True))


def _received(conversation: Conversation) -> list[Message]:
    latest = sorted(conversation.messages.all(), key=lambda message: message.received_at, reverse=True)[:LATEST]
    return [Message("in", each.from_address, each.received_at, each.subject, each.text, untrusted=True) for each in latest]


def _sent(conversation: Conversation) -> list[Message]:
    """Return the e-mails that this lead got, in the words in which they left."""
    sent = Delivery.objects.filter(campaign_id=conversation.campaign_id, lead_id=conversation.lead_id, status=DeliveryStatus.SENT)
    latest = sent.filter(email__isnull=False).select_related("email", "sender").order_by("-sent_at", "-id")[:LATEST]
    return [
        Message("out", each.sender.email if each.sender else "", each.sent_at, each.email.subject, each.email.body_text, untrusted=False)
        for each in latest
        if each.sent_at is not None
    ]


def get_thread(*, actor: Actor, thread_id: int) -> Conversation:
    """Return one conversation of the actor's workspace with its messages."""
    threads = Conversation.objects.select_related("lead", "campaign").prefetch_related("messages")
    try:
        return threads.get(id=thread_id, workspace_id=actor.workspace_id)
    except Conversation.DoesNotExist:
        raise NotFound("No such thread.", fix="get_inbox shows the ids.", thread_id=thread_id) from None


def list_threads(
    *,
    actor: Actor,
    unread_only: bool = False,
    campaign_id: int | None = None,
    status: ThreadStatus | str | None = None,
    limit: int = LIMIT,
    cursor: str | None = None,
) -> Page[Conversation]:
    """Return what leads have written back, the latest message first."""
    threads = matching(actor=actor, unread_only=unread_only, campaign_id=campaign_id, status=status)
    return page(threads.select_related("lead", "campaign"), limit=limit, cursor=cursor, order=("-last_message_at", "-id"))


def matching(
    *, actor: Actor, unread_only: bool = False, campaign_id: int | None = None, status: ThreadStatus | str | None = None
) -> QuerySet[Conversation]:
    """Return those threads of the workspace in no order."""
    if status is not None and status not in ThreadStatus.values:
        raise Invalid(f"Unknown status {status!r:.60}.", field="status", fix=f"Use one of {', '.join(ThreadStatus.values)}.")
    threads = Conversation.objects.filter(workspace_id=actor.workspace_id)
    if unread_only:
        threads = threads.filter(unread=True)
    if campaign_id is not None:
        threads = threads.filter(campaign=get_campaign(actor=actor, campaign_id=campaign_id))
    if status is not None:
        threads = threads.filter(status=status)
    return threads
