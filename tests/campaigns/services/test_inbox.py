import pytest

from campaigns.services import inbox
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import NotFound
from tests import factories


@pytest.fixture
def thread(campaign, lead):
    return factories.ConversationFactory.create(campaign=campaign, lead=lead)


def test_a_conversation_is_read_once_however_often_it_is_said(person, thread, now):
    for _ in range(3):
        assert not inbox.mark(actor=person, thread_id=thread.id, read=True, now=now).unread
    assert inbox.mark(actor=person, thread_id=thread.id, read=False, now=now).unread
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["conversation.read", "conversation.unread"]


def test_a_strangers_conversation_is_not_found(person, stranger, now):
    with pytest.raises(NotFound):
        inbox.mark(actor=person, thread_id=stranger.conversation.id, read=True, now=now)
    stranger.conversation.refresh_from_db()
    assert stranger.conversation.unread
