"""What comes in is matched to what it answers, stored once, and obeyed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Conversation, Delivery, DeliveryStatus, Enrollment, Event, InboundMessage, Suppression
from campaigns.services import replies
from integrations.contracts import InboundMail, MailEvent
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(campaign, sender, lead, now) -> Delivery:
    """A first e-mail that has left, and its follow-up in the queue."""
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    first = factories.DeliveryFactory.create(enrollment=enrollment, sent=True, sender=sender, message_id="<m1@acme.example>")
    follow_up = campaign.steps.get(position=2)
    factories.DeliveryFactory.create(enrollment=enrollment, step=follow_up, due_at=now + timedelta(days=3))
    return first


def reply(now, **fields) -> InboundMail:
    given = {
        "event": MailEvent.REPLIED,
        "message_id": "<r1@customer.example>",
        "from_address": "ada@customer.example",
        "to_address": "grace@acme.example",
        "subject": "Re: A question about Analytical Engines",
        "text": "Happy to talk on Tuesday.\n\n> Hello Ada",
        "received_at": now,
        "in_reply_to": "<m1@acme.example>",
    }
    return InboundMail(**{**given, **fields})


def take_in(sent, mail, now):
    replies.take_in(workspace_id=sent.workspace_id, mail=mail, now=now)


def enrollment_status():
    return Enrollment.objects.get(lead__email="ada@customer.example").status


def follow_up():
    return Delivery.objects.get(step__position=2)


def test_a_reply_ends_the_sequence_and_stands_in_the_inbox(sent, now):
    take_in(sent, reply(now), now)
    assert enrollment_status() == "replied"
    assert follow_up().status == DeliveryStatus.CANCELLED
    thread = Conversation.objects.get()
    assert (thread.status, thread.preview, thread.unread) == ("new", "Happy to talk on Tuesday.", True)
    assert [event.kind for event in Event.objects.all()] == ["replied"]


def test_the_same_message_three_times_is_one(sent, now):
    for _ in range(3):
        take_in(sent, reply(now), now)
    assert InboundMessage.objects.count() == Event.objects.count() == 1


def test_a_second_message_joins_the_conversation(sent, now):
    take_in(sent, reply(now), now)
    later = now + timedelta(hours=1)
    take_in(sent, reply(later, message_id="<r2@customer.example>", text="Make it Wednesday."), later)
    thread = Conversation.objects.get()
    assert (thread.messages.count(), thread.preview, thread.last_message_at) == (2, "Make it Wednesday.", later)


@pytest.mark.parametrize(
    ("marked", "fields", "then"),
    [
        ("interested", {}, "interested"),
        ("meeting_booked", {"event": MailEvent.AUTO_REPLIED}, "meeting_booked"),
        ("unsubscribe", {}, "unsubscribe"),
        ("interested", {"text": "Please remove me."}, "unsubscribe"),
        ("out_of_office", {}, "new"),
        ("new", {"event": MailEvent.AUTO_REPLIED}, "out_of_office"),
    ],
)
def test_a_further_message_keeps_what_a_person_marked_unless_it_asks_to_stop(sent, now, marked, fields, then):
    take_in(sent, reply(now), now)
    Conversation.objects.update(status=marked, unread=False)
    take_in(sent, reply(now, message_id="<r2@customer.example>", **fields), now)
    thread = Conversation.objects.get()
    assert (thread.status, thread.unread, thread.messages.count()) == (then, True, 2)


def test_a_wish_to_stop_suppresses_the_address(sent, now):
    take_in(sent, reply(now, text="Please remove me."), now)
    assert enrollment_status() == "unsubscribed"
    assert Suppression.objects.get().value == "ada@customer.example"
    assert Conversation.objects.get().status == "unsubscribe"
    assert follow_up().status == DeliveryStatus.CANCELLED


def test_an_automatic_note_ends_nothing(sent, now):
    take_in(sent, reply(now, event=MailEvent.AUTO_REPLIED, text="I am away; to stop these notes, unsubscribe."), now)
    assert enrollment_status() == "active"
    assert follow_up().status == DeliveryStatus.QUEUED
    assert Conversation.objects.get().status == "out_of_office"


def test_references_find_the_email_when_in_reply_to_is_lost(sent, now):
    take_in(sent, reply(now, in_reply_to="", references=("<other@x.example>", "<m1@acme.example>")), now)
    assert enrollment_status() == "replied"


def test_without_any_header_the_writer_and_the_mailbox_find_it(sent, now):
    take_in(sent, reply(now, in_reply_to="", from_address="ADA@customer.example"), now)
    assert enrollment_status() == "replied"


def test_a_message_that_answers_nothing_is_ignored(sent, now):
    take_in(sent, reply(now, in_reply_to="", from_address="spam@elsewhere.example"), now)
    assert not Conversation.objects.exists()


def test_a_reply_from_another_address_still_answers_the_email(sent, now):
    take_in(sent, reply(now, from_address="assistant@customer.example"), now)
    assert enrollment_status() == "replied"


def test_another_workspaces_message_id_answers_nothing_of_ours(sent, stranger, now):
    replies.take_in(workspace_id=stranger.workspace.id, mail=reply(now), now=now)
    assert not Conversation.objects.filter(campaign=sent.campaign).exists()
    assert enrollment_status() == "active"


def test_a_bounce_suppresses_the_address(sent, now):
    take_in(sent, reply(now, event=MailEvent.BOUNCED, from_address="mailer-daemon@mx.example"), now)
    assert enrollment_status() == "bounced"
    assert Suppression.objects.get().reason == "bounced"
    assert not Conversation.objects.exists()


def test_a_reply_is_the_witness_of_an_unknown_delivery(sent, now):
    Delivery.objects.filter(id=sent.id).update(status=DeliveryStatus.UNKNOWN, sent_at=None)
    follow_up().delete()
    take_in(sent, reply(now), now)
    sent.refresh_from_db()
    assert sent.status == DeliveryStatus.SENT
    assert enrollment_status() == "replied"
    assert follow_up().status == DeliveryStatus.CANCELLED
