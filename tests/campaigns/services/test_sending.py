"""At most once: every way in which a server, a worker or a person can come between claim and sent."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from campaigns.models import (
    Campaign,
    Delivery,
    DeliveryStatus,
    Enrollment,
    EnrollmentStatus,
    Event,
    EventKind,
    Sender,
    SenderDay,
    Suppression,
)
from campaigns.rules import backoff
from campaigns.services import campaigns, composing, preparing, sending
from campaigns.services.stopping import end
from integrations import mail, mime
from integrations.contracts import MailRefused, OutcomeUnknown, Receipt, Verdict
from rocketsdr.lib.errors import NotFound
from tests import factories

pytestmark = pytest.mark.django_db


class Server:
    """A mail server at the provider's seam: it takes messages or fails at a chosen phase."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.refuse_recipient: Exception | None = None
        self.fail_after_data: Exception | None = None
        self.before_data_hook = lambda: None
        self.connect: Exception | None = None

    @contextmanager
    def opened(self, account):
        if self.connect:
            raise self.connect
        yield self

    def send(self, mail_from, rcpt, data, *, message_id, before_data):
        if self.refuse_recipient:
            raise self.refuse_recipient
        self.before_data_hook()
        if not before_data():
            return None
        self.taken.append((mail_from, rcpt, data))
        if self.fail_after_data:
            raise self.fail_after_data
        return Receipt(message_id=message_id, server_response="250 queued")


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr(mail, "open_connection", made.opened)
    return made


@pytest.fixture
def queued(campaign, sender, now) -> Delivery:
    return queue_one(campaign, sender, now)


def queue_one(campaign, sender, now, **fields) -> Delivery:
    lead = factories.LeadFactory.create(workspace=campaign.workspace)
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    enrollment.refresh_from_db()  # the token comes from the database
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, due_at=now, **fields)
    head = preparing.first_letterhead(campaign, sender)
    parts = head.write(lead, unsubscribe_url=composing.unsubscribe_url(enrollment))
    composing.rendered(parts, delivery_id=delivery.id, source_digest=head.digest).save(force_insert=True)
    return delivery


def pump(sender: Sender, now: datetime) -> None:
    sending.pump(sender_id=sender.id, worker="w1", clock=lambda: now)


def refusal(*, transient: bool, verdict: Verdict = Verdict.UNKNOWN) -> MailRefused:
    return MailRefused("The mail server refused the message.", transient=transient, verdict=verdict)


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.status, Enrollment.objects.get(id=delivery.enrollment_id).status


def test_a_due_email_is_sent_and_the_step_after_it_is_planned(server, queued, sender, now):
    pump(sender, now)
    assert [(mail_from, rcpt) for mail_from, rcpt, _ in server.taken] == [("grace@acme.example", queued.lead.email)]
    assert state(queued) == (DeliveryStatus.SENT, EnrollmentStatus.ACTIVE)
    following = Delivery.objects.get(enrollment=queued.enrollment, step__position=2)
    assert (following.status, following.due_at, following.sender) == (DeliveryStatus.QUEUED, now + timedelta(days=3), sender)
    assert Event.objects.get().kind == "sent"


def test_the_follow_up_continues_the_thread(server, queued, sender, now):
    pump(sender, now)
    pump(sender, now + timedelta(days=3))
    first, second = (data.decode() for _, _, data in server.taken)
    first_id = Delivery.objects.get(id=queued.id).message_id
    assert f"Message-ID: {first_id}" in first
    assert f"In-Reply-To: {first_id}" in second
    assert "Subject: Re: A question about Analytical Engines" in second
    assert state(queued)[1] == EnrollmentStatus.FINISHED


def test_every_email_carries_the_one_click_way_out(server, queued, sender, now):
    pump(sender, now)
    data = server.taken[0][2].decode()
    assert f"/u/{queued.enrollment.opt_out_token}" in data.replace("=\r\n", "")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in data


def test_pumping_three_times_sends_once(server, queued, sender, now):
    for _ in range(3):
        pump(sender, now)
    assert len(server.taken) == 1


def test_a_4xx_waits_and_is_tried_again_until_it_is_given_up(server, queued, sender, now):
    server.refuse_recipient = refusal(transient=True, verdict=Verdict.GREYLISTED)
    waited = []
    while queued.status != DeliveryStatus.FAILED:
        pump(sender, now)
        queued.refresh_from_db()
        waited.append(queued.due_at - now)
        now = queued.due_at
    assert waited == [*backoff.WAITS, timedelta()]
    assert state(queued)[1] == EnrollmentStatus.FAILED


def test_a_deferred_email_arrives_once_the_server_takes_it(server, queued, sender, now):
    server.refuse_recipient = refusal(transient=True)
    pump(sender, now)
    server.refuse_recipient = None
    pump(sender, now + timedelta(minutes=5))
    assert state(queued)[0] == DeliveryStatus.SENT


def test_a_mailbox_that_does_not_exist_is_suppressed_and_never_tried_again(server, queued, sender, now):
    server.refuse_recipient = refusal(transient=False, verdict=Verdict.MAILBOX_UNKNOWN)
    pump(sender, now)
    assert state(queued) == (DeliveryStatus.FAILED, EnrollmentStatus.BOUNCED)
    assert Suppression.objects.get().reason == "bounced"


def test_silence_after_data_is_unknown_and_never_resent(server, queued, sender, now):
    server.fail_after_data = OutcomeUnknown("The mail server fell silent.")
    pump(sender, now)
    server.fail_after_data = None
    pump(sender, now + timedelta(days=9))
    assert len(server.taken) == 1
    assert state(queued) == (DeliveryStatus.UNKNOWN, EnrollmentStatus.ACTIVE)
    assert not Delivery.objects.filter(step__position=2).exists(), "nothing follows a doubt"


def test_a_refusal_after_data_is_explicit_and_waits(server, queued, sender, now):
    server.fail_after_data = refusal(transient=True)
    pump(sender, now)
    assert state(queued)[0] == DeliveryStatus.DEFERRED


def test_a_worker_that_was_given_up_on_is_still_the_witness_of_its_own_message(server, queued, sender, now):
    later = now + timedelta(minutes=5)
    times = itertools.chain([now] * 6, itertools.repeat(later))
    original = Server.send

    def slow(self, mail_from, rcpt, data, *, message_id, before_data):
        receipt = original(self, mail_from, rcpt, data, message_id=message_id, before_data=before_data)
        sending.settle_expired(now=later)
        return receipt

    server.send = slow.__get__(server)
    sending.pump(sender_id=sender.id, worker="w1", clock=lambda: next(times))
    assert state(queued)[0] == DeliveryStatus.SENT
    assert [event.kind for event in Event.objects.order_by("id")] == ["unknown", "sent"]


def test_a_reply_between_claim_and_data_keeps_the_message_back(server, queued, sender, now):
    mine = Enrollment.objects.filter(id=queued.enrollment_id)
    server.before_data_hook = lambda: end(mine, status=EnrollmentStatus.REPLIED, kind=EventKind.REPLIED, now=now)
    pump(sender, now)
    assert server.taken == []
    assert state(queued) == (DeliveryStatus.CANCELLED, EnrollmentStatus.REPLIED)


def test_a_pause_between_claim_and_data_keeps_the_message_back_and_in_the_queue(server, queued, sender, person, now):
    server.before_data_hook = lambda: campaigns.pause(actor=person, campaign_id=queued.campaign_id, now=now)
    pump(sender, now)
    assert server.taken == []
    assert state(queued)[0] == DeliveryStatus.QUEUED
    assert SenderDay.objects.get(sender=sender).used == 0


def test_a_sender_throttled_in_the_middle_of_a_message_rests_and_the_message_waits(server, queued, sender, now):
    server.fail_after_data = refusal(transient=True, verdict=Verdict.THROTTLED)
    server.fail_after_data.transmitting = True
    pump(sender, now)
    assert state(queued)[0] == DeliveryStatus.DEFERRED
    assert Sender.objects.get(id=sender.id).status == "failing"


def test_an_opt_out_while_the_server_thinks_ends_in_no_later_try(server, queued, sender, now):
    mine = Enrollment.objects.filter(id=queued.enrollment_id)
    server.fail_after_data = refusal(transient=True)
    taken = Server.send

    def slow(self, *args, **kwargs):
        try:
            return taken(self, *args, **kwargs)
        finally:
            end(mine, status=EnrollmentStatus.UNSUBSCRIBED, kind=EventKind.UNSUBSCRIBED, now=now)

    server.send = slow.__get__(server)
    pump(sender, now)
    assert state(queued) == (DeliveryStatus.CANCELLED, EnrollmentStatus.UNSUBSCRIBED)


def test_a_late_answer_of_the_server_brings_a_completed_campaign_back(server, queued, sender, now):
    taken = Server.send

    def slow(self, *args, **kwargs):
        receipt = taken(self, *args, **kwargs)
        Campaign.objects.update(status="completed", completed_at=now)
        return receipt

    server.send = slow.__get__(server)
    pump(sender, now)
    assert Campaign.objects.get(id=queued.campaign_id).status == "running"


def test_a_subject_that_is_far_too_long_blocks_the_follow_up_and_loses_no_receipt(server, campaign, queued, sender, now):
    campaign.steps.filter(position=2).update(subject="{{ lead.company }} " * 20)
    type(queued.lead).objects.update(company="x" * 200)
    queued.lead.refresh_from_db()
    pump(sender, now)
    assert state(queued)[0] == DeliveryStatus.SENT
    assert Delivery.objects.get(step__position=2).status == DeliveryStatus.BLOCKED


def test_an_answer_that_came_while_the_worker_was_dying_is_a_witness(queued, sender, now, django_capture_on_commit_callbacks):
    Delivery.objects.filter(id=queued.id).update(
        status="inflight", worker="w0", sender=sender, lease_until=now, message_id="<m1@acme.example>"
    )
    thread = factories.ConversationFactory.create(campaign=queued.campaign, lead=queued.lead)
    factories.InboundMessageFactory.create(conversation=thread, in_reply_to="<m1@acme.example>")
    with django_capture_on_commit_callbacks(execute=True):
        sending.settle_expired(now=now)
    assert state(queued)[0] == DeliveryStatus.SENT


def test_message_ids_cannot_be_guessed_from_ids(server, queued, sender, now):
    pump(sender, now)
    queued.refresh_from_db()
    guess = mime.message_id(f"{queued.campaign_id}:{queued.step_id}:{queued.lead_id}", domain="acme.example")
    assert queued.message_id != guess


def test_a_server_that_cannot_be_reached_blames_the_sender_and_no_message(server, queued, sender, now):
    server.connect = refusal(transient=True, verdict=Verdict.UNREACHABLE)
    pump(sender, now)
    sender.refresh_from_db()
    assert (sender.status, sender.failures, sender.retry_at) == ("failing", 1, now + timedelta(minutes=5))
    queued.refresh_from_db()
    assert (queued.status, queued.attempts) == ("queued", 0)
    pump(sender, now + timedelta(minutes=1))
    assert Sender.objects.get(id=sender.id).failures == 1, "it rests until retry_at"
    server.connect = None
    pump(sender, now + timedelta(minutes=5))
    sender.refresh_from_db()
    assert (sender.status, sender.failures, sender.retry_at) == ("active", 0, None)
    assert state(queued)[0] == DeliveryStatus.SENT


def test_a_paused_sender_sends_nothing(server, queued, sender, now):
    Sender.objects.filter(id=sender.id).update(status="paused")
    pump(sender, now)
    assert server.taken == []


def test_a_message_that_no_server_could_take_ends_alone(server, campaign, queued, sender, now):
    broken = queue_one(campaign, sender, now)
    broken.email.subject = "two\nlines"
    broken.email.save()
    pump(sender, now)
    assert state(broken) == (DeliveryStatus.FAILED, EnrollmentStatus.FAILED)
    assert state(queued)[0] == DeliveryStatus.SENT


def test_outside_the_sending_hours_a_real_sender_waits(server, campaign, workspace, now):
    real = factories.SenderFactory.create(workspace=workspace, smtp=True)
    campaign.senders.add(real)
    delivery = queue_one(campaign, real, now)
    sunday = datetime(2026, 11, 22, 10, tzinfo=now.tzinfo)
    pump(real, sunday)
    assert server.taken == []
    pump(real, sunday + timedelta(days=1))
    assert state(delivery)[0] == DeliveryStatus.SENT


def test_a_follow_up_of_a_real_sender_is_planned_into_the_sending_hours(server, campaign, workspace, now):
    real = factories.SenderFactory.create(workspace=workspace, smtp=True)
    campaign.senders.add(real)
    friday_noon = datetime(2026, 11, 20, 12, tzinfo=now.tzinfo)
    delivery = queue_one(campaign, real, friday_noon)
    pump(real, friday_noon)
    following = Delivery.objects.get(enrollment=delivery.enrollment, step__position=2)
    assert following.due_at == friday_noon + timedelta(days=3)
    campaign.steps.filter(position=2).update(wait_days=1)
    other = queue_one(campaign, real, friday_noon)
    pump(real, friday_noon)
    assert Delivery.objects.get(enrollment=other.enrollment, step__position=2).due_at == datetime(2026, 11, 23, 9, tzinfo=now.tzinfo)


def test_a_witness_turns_unknown_into_sent_and_the_sequence_goes_on(server, queued, sender, now):
    server.fail_after_data = OutcomeUnknown("The mail server fell silent.")
    pump(sender, now)
    queued.refresh_from_db()
    sending.settle_by_witness(delivery=queued, now=now)
    assert state(queued)[0] == DeliveryStatus.SENT
    assert Delivery.objects.filter(step__position=2).count() == 1


def test_a_person_who_made_sure_that_it_did_not_arrive_has_it_sent_again_under_the_same_id(server, queued, sender, person, now):
    server.fail_after_data = OutcomeUnknown("The mail server fell silent.")
    pump(sender, now)
    server.fail_after_data = None
    sending.decide_unknown(actor=person, delivery_id=queued.id, arrived=False, now=now)
    pump(sender, now)
    assert state(queued)[0] == DeliveryStatus.SENT
    ids = [[line for line in data.decode().split("\r\n") if line.startswith("Message-ID")] for _, _, data in server.taken]
    assert ids[0] == ids[1]


def test_only_an_unknown_delivery_needs_a_witness(queued, person, now):
    with pytest.raises(sending.NotUnknown):
        sending.decide_unknown(actor=person, delivery_id=queued.id, arrived=True, now=now)


def test_a_strangers_delivery_cannot_be_settled(queued, stranger, now):
    with pytest.raises(NotFound):
        sending.decide_unknown(actor=stranger.actor, delivery_id=queued.id, arrived=True, now=now)


def test_a_step_that_cannot_be_written_for_a_lead_ends_its_sequence_visibly(server, campaign, queued, sender, now):
    campaign.steps.filter(position=2).update(body="Your {{ lead.industry }} colleagues …")
    pump(sender, now)
    following = Delivery.objects.get(step__position=2)
    assert (following.status, following.email.missing_variables) == (DeliveryStatus.BLOCKED, ["lead.industry"])
    assert "lead.industry" in following.note
    assert state(queued) == (DeliveryStatus.SENT, EnrollmentStatus.BLOCKED)
