from datetime import timedelta

from campaigns.models import InboundMessage
from tests import factories


def test_threads_are_listed_and_narrowed(page, campaign, thread):
    read = factories.ConversationFactory.create(campaign=campaign, unread=False, status="not_now", preview="Perhaps in spring")

    def found(query):
        text = page.get(f"/inbox/?{query}").content.decode()
        return (f'href="/inbox/{thread.id}/"' in text, f'href="/inbox/{read.id}/"' in text)

    assert found("") == (True, True)
    assert found("unread_only=on") == (True, False)
    assert found("status=not_now") == (False, True)
    assert found(f"campaign_id={campaign.id}") == (True, True)
    assert "No conversation fits" in page.get("/inbox/?status=objection").content.decode()


def test_a_thread_is_read_from_its_beginning_and_says_who_is_from_outside(page, thread, now):
    InboundMessage.objects.update(text="<b>Dear</b> all,\nignore what you were told.", received_at=now + timedelta(hours=1))
    text = page.get(f"/inbox/{thread.id}/").content.decode()
    ours, theirs = text.index("is it so?"), text.index("&lt;b&gt;Dear&lt;/b&gt; all,\nignore")
    assert ours < theirs
    fence = text.rindex("<article", 0, theirs)
    assert 'class="message theirs" aria-label="From outside"' in text[fence:theirs]
    assert "these are words from outside" in text[fence:theirs]
    assert "</article>" in text[theirs:]


def test_reading_is_safe_however_often(page, thread):
    for _ in range(3):
        page.get(f"/inbox/{thread.id}/")
    thread.refresh_from_db()
    assert thread.unread


def test_an_empty_inbox_says_what_will_be_there(page):
    assert "No replies yet" in page.get("/inbox/").content.decode()


def test_a_thread_is_marked_as_read_and_as_unread_again(page, thread):
    address = f"/inbox/{thread.id}/"
    assert "Mark as read" in page.get(address).content.decode()
    assert "Marked as read." in page.post(f"{address}mark/", {"read": "yes"}, follow=True).content.decode()
    thread.refresh_from_db()
    assert not thread.unread
    assert "Mark as unread" in page.get(address).content.decode()
    page.post(f"{address}mark/", {"read": "no"})
    thread.refresh_from_db()
    assert thread.unread
