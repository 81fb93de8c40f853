from __future__ import annotations

from campaigns.models import Conversation
from campaigns.models.conversation import ThreadStatus
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.pages import LIMIT, Page, page
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid, NotFound


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
    if status is not None and status not in ThreadStatus.values:
        raise Invalid(f"Unknown status {status!r:.60}.", field="status", fix=f"Use one of {', '.join(ThreadStatus.values)}.")
    threads = Conversation.objects.filter(workspace_id=actor.workspace_id).select_related("lead", "campaign")
    if unread_only:
        threads = threads.filter(unread=True)
    if campaign_id is not None:
        threads = threads.filter(campaign=get_campaign(actor=actor, campaign_id=campaign_id))
    if status is not None:
        threads = threads.filter(status=status)
    return page(threads, limit=limit, cursor=cursor, order=("-last_message_at", "-id"))
