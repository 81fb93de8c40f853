"""Sending: claim, inflight, send, settle. At most once, and where that leaves a doubt, the doubt is a row.

queued → claimed → inflight (committed before DATA) → sent | deferred | failed | unknown. A claim that nobody started goes back
to the queue; an inflight message whose worker fell silent is `unknown` and is never sent again without a witness.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from campaigns.models import (
    Campaign,
    CampaignStatus,
    Delivery,
    DeliveryStatus,
    Enrollment,
    EnrollmentStatus,
    Event,
    EventKind,
    InboundMessage,
    Sender,
    SenderStatus,
)
from campaigns.queries.campaigns import get_delivery
from campaigns.rules import backoff
from campaigns.services import composing, scheduling, stopping, suppressions
from integrations import mail, mime
from integrations.contracts import MailConnection, MailRefused, OutcomeUnknown, OutgoingMessage, Receipt, Verdict
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid
from rocketsdr.lib.jobs import enqueue
from rocketsdr.lib.locks import alone

BATCH = 20  # messages claimed at once: what one lease must suffice for
PUMP_LOCK = 7_301  # the class of the advisory locks that let one worker at a time pump a sender
UNSTARTED = [DeliveryStatus.CLAIMED]
STARTED = [DeliveryStatus.INFLIGHT, DeliveryStatus.UNKNOWN]  # unknown: the tick gave up on us, but we are the witness ourselves


class NotUnknown(Conflict):
    code = "delivery_not_unknown"


Clock = Callable[[], datetime]


def pump(*, sender_id: int, worker: str, clock: Clock) -> None:
    """Send one sender's due e-mails, batch by batch, until none is left or the task has had its time; then wake a successor."""
    ends = clock() + timedelta(seconds=settings.PUMP_SECONDS)
    with alone(PUMP_LOCK, sender_id) as is_alone:
        while is_alone and clock() < ends:
            if not _send_batch(sender_id, worker, clock):
                return
    if is_alone:
        enqueue("campaigns.pump", sender_id=sender_id)


def _send_batch(sender_id: int, worker: str, clock: Clock) -> bool:
    """Claim and send one batch over one connection; say whether there may be more to send now."""
    now = clock()
    sender = Sender.objects.select_related("account").get(id=sender_id)
    if sender.status == SenderStatus.PAUSED or (sender.retry_at is not None and sender.retry_at > now):
        return False
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    closed = scheduling.closed_campaigns(sender, now=now)
    claimed = Delivery.objects.claim(sender=sender, worker=worker, lease=lease, closed=closed, now=now, limit=BATCH)
    if not claimed:
        return False
    try:
        with mail.open_connection(sender.account) as server:
            Delivery.objects.renew(claimed, worker=worker, lease_until=clock() + lease)  # a slow greeting must not cost the lease
            for delivery in _load(claimed, sender):
                send_claimed(delivery=delivery, worker=worker, server=server, clock=clock)
    except MailRefused as exc:
        _rest(sender, exc, clock())
        return False
    finally:
        give_back(worker=worker, ids=claimed)
    _recovered(sender)
    return True


def _load(claimed: list[int], sender: Sender) -> list[Delivery]:
    """Return the claimed deliveries in their order, with everything that sending them reads; what they share is read once."""
    found = Delivery.objects.select_related("email", "lead", "enrollment").in_bulk(claimed)
    shared = Campaign.objects.select_related("workspace").prefetch_related("steps")
    campaigns = shared.in_bulk({each.campaign_id for each in found.values()})
    for each in found.values():
        each.campaign, each.sender = campaigns[each.campaign_id], sender
        each.step = next(step for step in each.campaign.steps.all() if step.id == each.step_id)
    return [found[delivery_id] for delivery_id in claimed if delivery_id in found]


def send_claimed(*, delivery: Delivery, worker: str, server: MailConnection, clock: Clock) -> None:
    """Send one claimed delivery at most once, and plan the step after it."""
    try:
        message = compose(delivery, now=clock())  # everything that can fail without the server comes first
        data = mime.assemble(message)
    except Invalid as exc:
        return _settle_failed(delivery, worker, exc.message, clock())
    return _hand_over(delivery, message, data, worker=worker, server=server, clock=clock)


def _hand_over(delivery: Delivery, message: OutgoingMessage, data: bytes, *, worker: str, server: MailConnection, clock: Clock) -> None:
    def before_data() -> bool:
        return Delivery.objects.mark_inflight(delivery.id, worker=worker, message_id=message.message_id, now=clock())

    try:
        receipt = server.send(message.from_address, message.to_address, data, message_id=message.message_id, before_data=before_data)
    except OutcomeUnknown as exc:  # silence after DATA: a person or a witness decides
        return _settle_unknown(delivery, worker, exc.message, clock())
    except MailRefused as exc:
        if exc.transmitting or not exc.concerns_sender:  # what was on its way is certainly not taken: say so
            _settle_refusal(delivery, worker, exc, clock())
        if exc.concerns_sender:
            raise
        return None
    if receipt is not None:  # None: the lease was lost, or a pause, a reply or an opt-out came first
        _settle_sent(delivery, worker, receipt, clock())
    return None


def compose(delivery: Delivery, *, now: datetime) -> OutgoingMessage:
    """Return the message of one delivery: the stored words, with the envelope, the thread and the way out."""
    sender, email = delivery.sender, delivery.email
    if sender is None:
        raise RuntimeError(f"Delivery {delivery.pk} has no sender.")
    thread = _thread(delivery)
    return OutgoingMessage(
        message_id=mime.message_id(f"{delivery.enrollment.opt_out_token}:{delivery.step_id}", domain=sender.email.rpartition("@")[2]),
        sent_at=now,
        from_address=sender.email,
        from_name=sender.from_name,
        to_address=delivery.lead.email,
        to_name=delivery.lead.full_name,
        subject=email.subject,
        body_text=email.body_text,
        body_html=email.body_html,
        in_reply_to=thread[-1] if thread else "",
        references=tuple(thread),
        unsubscribe_urls=(composing.unsubscribe_url(delivery.enrollment),),
    )


def _thread(delivery: Delivery) -> list[str]:
    """Return the Message-IDs that this e-mail follows, the oldest first; none where the step opens a thread of its own."""
    if delivery.step.subject:
        return []
    before = Delivery.objects.filter(enrollment=delivery.enrollment, step__position__lt=delivery.step.position).exclude(message_id="")
    return list(before.order_by("step__position").values_list("message_id", flat=True))


@transaction.atomic
def _settle_sent(delivery: Delivery, worker: str, receipt: Receipt, now: datetime) -> None:
    _lock(delivery)
    mine = Delivery.objects.filter(id=delivery.id, worker=worker, status__in=STARTED)
    if mine.update(status=DeliveryStatus.SENT, sent_at=now, note=receipt.server_response[:500], lease_until=None) != 1:
        return
    _event(delivery, EventKind.SENT, now)
    scheduling.plan_next_step(after=delivery, now=now)


@transaction.atomic
def _settle_unknown(delivery: Delivery, worker: str, note: str, now: datetime) -> None:
    mine = Delivery.objects.filter(id=delivery.id, worker=worker, status=DeliveryStatus.INFLIGHT)
    if mine.update(status=DeliveryStatus.UNKNOWN, note=note[:500], lease_until=None) == 1:
        _event(delivery, EventKind.UNKNOWN, now)


@transaction.atomic
def _settle_refusal(delivery: Delivery, worker: str, refusal: MailRefused, now: datetime) -> None:
    """An explicit 4xx waits for its next try; a 5xx has failed, and one that says the mailbox does not exist is never tried again."""
    _lock(delivery)
    attempts = delivery.attempts + 1
    over, again = delivery.enrollment.status != EnrollmentStatus.ACTIVE, refusal.transient or refusal.concerns_sender
    retry_at = backoff.next_try(attempts=attempts, now=now) if again and not over else None
    status = DeliveryStatus.DEFERRED if retry_at else DeliveryStatus.CANCELLED if again and over else DeliveryStatus.FAILED
    mine = Delivery.objects.filter(id=delivery.id, worker=worker, status__in=[*UNSTARTED, *STARTED])
    changed = mine.update(
        status=status, attempts=attempts, due_at=retry_at or delivery.due_at, note=refusal.message[:500], lease_until=None, worker=""
    )
    if changed != 1 or status != DeliveryStatus.FAILED:
        return
    _event(delivery, EventKind.FAILED, now)
    if refusal.verdict == Verdict.MAILBOX_UNKNOWN and not refusal.transient:
        suppressions.note_bounce(delivery=delivery, now=now)
    else:
        _fail(delivery, now)


@transaction.atomic
def _settle_failed(delivery: Delivery, worker: str, note: str, now: datetime) -> None:
    """End a sequence whose e-mail no server would ever be asked to take."""
    _lock(delivery)
    mine = Delivery.objects.filter(id=delivery.id, worker=worker, status=DeliveryStatus.CLAIMED)
    if mine.update(status=DeliveryStatus.FAILED, note=note[:500], lease_until=None) == 1:
        _event(delivery, EventKind.FAILED, now)
        _fail(delivery, now)


def _fail(delivery: Delivery, now: datetime) -> None:
    """End a sequence that a refusal has ended, unless an opt-out or a reply has ended it already."""
    active = Enrollment.objects.filter(id=delivery.enrollment_id, status=EnrollmentStatus.ACTIVE)
    active.update(status=EnrollmentStatus.FAILED, ended_at=now)


def settle_expired(*, now: datetime) -> None:
    """Give back what was claimed and never started, and call unknown what was started and never settled."""
    Delivery.objects.release_expired(now)
    for delivery in Delivery.objects.settle_expired(now):
        _event(delivery, EventKind.UNKNOWN, now)
        # After the commit: a witness locks the lead before the delivery, and here the deliveries are locked already.
        transaction.on_commit(partial(_hear_early_answer, delivery, now))


def _hear_early_answer(delivery: Delivery, now: datetime) -> None:
    """Take an answer that came while the worker was dying as the witness that the e-mail arrived."""
    if InboundMessage.objects.filter(workspace_id=delivery.workspace_id, in_reply_to=delivery.message_id).exists():
        settle_by_witness(delivery=delivery, now=now)


@transaction.atomic
def settle_by_witness(*, delivery: Delivery, now: datetime) -> None:
    """Call an unknown delivery sent, because something proves that it arrived: a reply to it, or a person who saw it."""
    _lock(delivery)
    note = "A witness says that it arrived."
    unknown = Delivery.objects.filter(id=delivery.id, status=DeliveryStatus.UNKNOWN)
    if unknown.update(status=DeliveryStatus.SENT, sent_at=now, note=note) == 1:
        _event(delivery, EventKind.SENT, now)
        scheduling.plan_next_step(after=delivery, now=now)


@transaction.atomic
def decide_unknown(*, actor: Actor, delivery_id: int, arrived: bool, now: datetime) -> None:
    """Settle an unknown delivery by the word of a person who has looked: it arrived, or it did not and is sent again."""
    delivery = get_delivery(actor=actor, delivery_id=delivery_id)
    if delivery.status != DeliveryStatus.UNKNOWN:
        raise NotUnknown(f"The delivery is {delivery.status}; only an unknown one needs a witness.", status=delivery.status)
    if arrived:
        settle_by_witness(delivery=delivery, now=now)
    else:
        _queue_again(delivery, now)
    audit.record(actor, "delivery.settled", delivery, arrived=arrived)


def _queue_again(delivery: Delivery, now: datetime) -> None:
    again = Delivery.objects.filter(id=delivery.id, status=DeliveryStatus.UNKNOWN)
    again.update(status=DeliveryStatus.QUEUED, due_at=now, worker="", note="A person has looked: it did not arrive.")
    finished = Campaign.objects.filter(id=delivery.campaign_id, status=CampaignStatus.COMPLETED)
    finished.update(status=CampaignStatus.RUNNING, completed_at=None)
    enqueue("campaigns.tick")


def give_back(*, worker: str, ids: list[int]) -> None:
    """Put the claims that this worker has not started back into the queue at once."""
    with transaction.atomic():
        mine = Delivery.objects.filter(id__in=ids, worker=worker, status=DeliveryStatus.CLAIMED)
        mine = mine.order_by("id").select_for_update(no_key=True)
        Delivery.objects.release(list(mine))


def _rest(sender: Sender, refusal: MailRefused, now: datetime) -> None:
    """Let a sender whose server refuses it rest; its e-mails wait, none of them is to blame."""
    failures = sender.failures + 1
    retry_at = now + backoff.WAITS[min(failures, len(backoff.WAITS)) - 1]
    Sender.objects.filter(id=sender.id).exclude(status=SenderStatus.PAUSED).update(
        status=SenderStatus.FAILING, status_note=refusal.message[:500], failures=failures, retry_at=retry_at
    )


def _recovered(sender: Sender) -> None:
    if sender.failures:
        Sender.objects.filter(id=sender.id, status=SenderStatus.FAILING).update(
            status=SenderStatus.ACTIVE, status_note="", failures=0, retry_at=None
        )


def _lock(delivery: Delivery) -> None:
    """Lock the lead's enrollments before the delivery, as ending a sequence does, and see the latest state."""
    delivery.enrollment = stopping.lock_lead(delivery.lead_id)[delivery.enrollment_id]


def _event(delivery: Delivery, kind: EventKind, now: datetime) -> None:
    Event.objects.create(
        workspace_id=delivery.workspace_id,
        campaign_id=delivery.campaign_id,
        lead_id=delivery.lead_id,
        step=delivery.step.position,
        kind=kind,
        at=now,
    )
