from datetime import timedelta

import pytest

from campaigns.models import RenderedEmail
from campaigns.models.conversation import ThreadStatus
from campaigns.queries.inbox import get_thread, list_threads, read_thread
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories


@pytest.fixture
def threads(campaign, now):
    """Three threads; the one that was made first was written to last."""
    return [factories.ConversationFactory.create(campaign=campaign, last_message_at=now - timedelta(hours=n)) for n in range(3)]


def test_the_latest_message_comes_first(actor, threads, stranger):
    first = list_threads(actor=actor, limit=2)
    assert first.items == threads[:2]
    assert first.total == 3
    assert list_threads(actor=actor, limit=2, cursor=first.next_cursor).items == threads[2:]


def test_threads_are_filtered_by_unread_campaign_and_status(actor, workspace, threads, campaign):
    type(threads[0]).objects.filter(id=threads[0].id).update(unread=False, status=ThreadStatus.INTERESTED)
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    assert list_threads(actor=actor, unread_only=True).items == threads[1:]
    assert list_threads(actor=actor, status="interested").items == threads[:1]
    assert list_threads(actor=actor, campaign_id=campaign.id).items == threads
    assert list_threads(actor=actor, campaign_id=other.id).items == []


def test_a_page_brings_leads_and_campaigns_along(actor, threads, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [thread.lead.email + thread.campaign.name for thread in list_threads(actor=actor).items]


def test_a_thread_is_found_with_its_messages(actor, threads):
    message = factories.InboundMessageFactory.create(conversation=threads[0])
    thread = get_thread(actor=actor, thread_id=threads[0].id)
    assert list(thread.messages.all()) == [message]


def test_a_strangers_thread_looks_like_a_missing_one(actor, stranger):
    for thread_id in (stranger.conversation.id, 999_999_999):
        with pytest.raises(NotFound, match="No such thread") as caught:
            get_thread(actor=actor, thread_id=thread_id)
        assert caught.value.context == {"thread_id": thread_id}
    with pytest.raises(NotFound):
        list_threads(actor=actor, campaign_id=stranger.campaign.id)


def test_an_unknown_status_is_refused_with_the_known_ones(actor):
    with pytest.raises(Invalid, match="'hot'") as caught:
        list_threads(actor=actor, status="hot")
    assert "interested" in caught.value.fix


def test_a_thread_is_read_with_what_both_sides_wrote_the_latest_first(actor, campaign, enrollment, lead, sender, now):
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sent=True, sender=sender)
    RenderedEmail.objects.create(delivery=delivery, subject="Hello", body_text="Hello Ada", digest="d", source_digest="s")
    planned = factories.DeliveryFactory.create(enrollment=enrollment, step=factories.StepFactory.create(campaign=campaign))
    RenderedEmail.objects.create(delivery=planned, subject="Again", body_text="Not sent yet", digest="d", source_digest="s")
    for hours in (2, 1):
        factories.InboundMessageFactory.create(conversation=thread, text=f"{hours} hours", received_at=now + timedelta(hours=hours))
    read = read_thread(actor=actor, thread_id=thread.id)
    assert read.conversation == thread
    assert [(each.direction, each.text, each.untrusted) for each in read.messages] == [
        ("in", "2 hours", True),
        ("in", "1 hours", True),
        ("out", "Hello Ada", False),
    ]
    assert read.messages[2].sender == "grace@acme.example"


def test_a_strangers_thread_is_read_like_a_missing_one(actor, stranger):
    for thread_id in (stranger.conversation.id, 999_999_999):
        with pytest.raises(NotFound, match="No such thread"):
            read_thread(actor=actor, thread_id=thread_id)
