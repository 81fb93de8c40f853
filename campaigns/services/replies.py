"""What comes in: matched to the e-mail it answers, stored once, and obeyed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from campaigns.models import Conversation, Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Event, EventKind, InboundMessage
from campaigns.models.conversation import ThreadStatus
from campaigns.rules import reply_kind
from campaigns.services import sending, stopping, suppressions
from integrations.contracts import InboundMail, MailEvent

PREVIEW_LENGTH = 160
ANSWERABLE = [DeliveryStatus.SENT, DeliveryStatus.UNKNOWN, DeliveryStatus.INFLIGHT]


@transaction.atomic
def take_in(*, workspace_id: int, mail: InboundMail, now: datetime) -> None:
    """Store a message that answers one of the workspace's e-mails and do as it asks; ignore what answers none, and repeats."""
    delivery = _answered(workspace_id, mail)
    if delivery is None:
        return
    if delivery.status == DeliveryStatus.UNKNOWN:
        sending.settle_by_witness(delivery=delivery, now=now)
    if mail.event == MailEvent.BOUNCED:
        suppressions.note_bounce(delivery=delivery, now=now)
        return
    if _store(delivery, mail, now):
        _obey(delivery, mail, now)


def _answered(workspace_id: int, mail: InboundMail) -> Delivery | None:
    """Find the e-mail by its Message-ID; where the headers were lost, the last one that the writer had from this mailbox."""
    sent = Delivery.objects.filter(workspace_id=workspace_id, status__in=ANSWERABLE).select_related(
        "enrollment", "step", "campaign", "lead", "sender"
    )
    known = [name for name in (mail.in_reply_to, *reversed(mail.references)) if name]
    by_name = sent.filter(message_id__in=known).order_by("-id").first() if known else None
    if by_name is not None or mail.event == MailEvent.BOUNCED:
        return by_name
    by_people = sent.filter(lead__email_key=mail.from_address.lower(), sender__email__iexact=mail.to_address)
    return by_people.order_by("-id").first()


def _store(delivery: Delivery, mail: InboundMail, now: datetime) -> bool:
    """Add the message to its conversation; False when it is there already."""
    if InboundMessage.objects.filter(workspace_id=delivery.workspace_id, message_id=mail.message_id[:500]).exists():
        return False
    conversation, _ = Conversation.objects.get_or_create(
        campaign_id=delivery.campaign_id,
        lead_id=delivery.lead_id,
        defaults={"workspace_id": delivery.workspace_id, "subject": _line(mail.subject, 500), "created_at": now, "last_message_at": now},
    )
    _, created = InboundMessage.objects.get_or_create(
        workspace_id=delivery.workspace_id,
        message_id=mail.message_id[:500],
        defaults={
            "conversation": conversation,
            "in_reply_to": mail.in_reply_to[:500],
            "from_address": mail.from_address[:254],
            "subject": _line(mail.subject, 500),
            "text": mail.text,
            "automatic": mail.event == MailEvent.AUTO_REPLIED,
            "received_at": mail.received_at,
        },
    )
    preview = _line(reply_kind.own_words(mail.text) or mail.text, PREVIEW_LENGTH)
    thread = Conversation.objects.filter(id=conversation.id)
    thread.update(last_message_at=now, unread=True, preview=preview)
    status = _thread_status(mail)
    # What a person has marked stays, but for a wish to stop.
    unmarked = thread.filter(status__in=[ThreadStatus.NEW, ThreadStatus.OUT_OF_OFFICE])
    (thread if status == ThreadStatus.UNSUBSCRIBE else unmarked).update(status=status)
    return created


def _thread_status(mail: InboundMail) -> ThreadStatus:
    if mail.event == MailEvent.AUTO_REPLIED:
        return ThreadStatus.OUT_OF_OFFICE
    return ThreadStatus.UNSUBSCRIBE if reply_kind.asks_to_stop(mail.text) else ThreadStatus.NEW


def _obey(delivery: Delivery, mail: InboundMail, now: datetime) -> None:
    """A reply ends the lead's sequence, a wish to stop ends them all; an automatic note ends nothing."""
    if mail.event == MailEvent.AUTO_REPLIED:
        _note_automatic(delivery, now)
    elif reply_kind.asks_to_stop(mail.text):
        suppressions.opt_out_by_reply(delivery=delivery, now=now)
    else:
        mine = Enrollment.objects.filter(id=delivery.enrollment_id)
        stopping.end(mine, status=EnrollmentStatus.REPLIED, kind=EventKind.REPLIED, step=delivery.step.position, now=now)


def _note_automatic(delivery: Delivery, now: datetime) -> None:
    Event.objects.create(
        workspace_id=delivery.workspace_id,
        campaign_id=delivery.campaign_id,
        lead_id=delivery.lead_id,
        step=delivery.step.position,
        kind=EventKind.AUTO_REPLIED,
        at=now,
    )


def _line(text: str, length: int) -> str:
    return " ".join(text.split())[:length]
