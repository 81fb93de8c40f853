from datetime import timedelta

import pytest

from campaigns.models import SenderDay, SenderStatus
from campaigns.queries.senders import SenderPaused, get_sender, list_resting, list_senders, usable_senders
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories


def _view(actor, now):
    (view,) = list_senders(actor=actor, now=now).items
    return view


def test_a_sender_without_a_cap_has_no_number_of_what_remains(actor, sender, now):
    assert _view(actor, now).remaining_today is None


def test_what_remains_is_the_cap_less_what_was_taken_today_in_utc(actor, workspace, now):
    sender = factories.SenderFactory.create(workspace=workspace, smtp=True)
    SenderDay.objects.create(sender=sender, day=now.date() - timedelta(days=1), used=30)
    assert _view(actor, now).remaining_today == 30
    today = SenderDay.objects.create(sender=sender, day=now.date(), used=12)
    assert _view(actor, now).remaining_today == 18
    SenderDay.objects.filter(id=today.id).update(used=40)  # the cap was lowered during the day
    assert _view(actor, now).remaining_today == 0
    assert _view(actor, now + timedelta(days=1)).remaining_today == 30


def test_health_says_what_matters_most(actor, sender, now):
    assert _view(actor, now).health == "never_used"
    day = SenderDay.objects.create(sender=sender, day=now.date(), used=0)
    assert _view(actor, now).health == "never_used"
    SenderDay.objects.filter(id=day.id).update(used=1)
    assert _view(actor, now).health == "ok"
    for status in (SenderStatus.FAILING, SenderStatus.PAUSED):
        type(sender).objects.update(status=status)
        assert _view(actor, now).health == status


def test_senders_are_listed_newest_first_in_pages_for_a_fixed_price(actor, workspace, stranger, now, django_assert_num_queries):
    made = factories.SenderFactory.create_batch(5, workspace=workspace)
    with django_assert_num_queries(3):
        found = list_senders(actor=actor, type="email", limit=3, now=now)
    assert [view.sender for view in found.items] == made[:1:-1]
    assert found.total == 5


def test_there_are_no_linkedin_senders(actor, sender, now):
    assert list_senders(actor=actor, type="linkedin", now=now).items == []


def test_an_unknown_type_is_refused(actor, now):
    with pytest.raises(Invalid, match="'fax'") as caught:
        list_senders(actor=actor, type="fax", now=now)  # type: ignore[arg-type]  # what a caller without types may send
    assert caught.value.fix == "Use one of email, linkedin."


def test_a_strangers_sender_looks_like_a_missing_one(actor, stranger):
    for sender_id in (stranger.sender.id, 999_999_999):
        with pytest.raises(NotFound, match="No such sender") as caught:
            get_sender(actor=actor, sender_id=sender_id)
        assert caught.value.context == {"sender_id": sender_id}


def test_without_a_choice_all_active_senders_are_usable(actor, workspace, sender, stranger):
    factories.SenderFactory.create(workspace=workspace, status=SenderStatus.PAUSED)
    factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING)
    assert usable_senders(actor=actor) == usable_senders(actor=actor, sender_ids=[]) == [sender]


def test_a_choice_may_name_a_sender_that_rests_and_name_it_twice(actor, workspace, sender):
    failing = factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING)
    assert usable_senders(actor=actor, sender_ids=[failing.id, sender.id, failing.id]) == [sender, failing]


def test_a_paused_sender_cannot_be_chosen(actor, workspace, sender):
    paused = factories.SenderFactory.create(workspace=workspace, status=SenderStatus.PAUSED)
    with pytest.raises(SenderPaused, match=f"Sender {paused.id} is paused"):
        usable_senders(actor=actor, sender_ids=[sender.id, paused.id])


def test_a_strangers_sender_cannot_be_chosen(actor, sender, stranger):
    for sender_id in (stranger.sender.id, 999_999_999):
        with pytest.raises(NotFound) as caught:
            usable_senders(actor=actor, sender_ids=[sender.id, sender_id])
        assert caught.value.context == {"sender_id": sender_id}


def test_senders_that_rest_are_those_that_are_paused_or_refused(actor, workspace, stranger):
    factories.SenderFactory.create(workspace=workspace)
    failing = factories.SenderFactory.create(workspace=workspace, status=SenderStatus.FAILING)
    paused = factories.SenderFactory.create(workspace=workspace, status=SenderStatus.PAUSED)
    factories.SenderFactory.create(workspace=stranger.workspace, status=SenderStatus.PAUSED)
    assert list_resting(actor=actor) == [paused, failing]
    assert list_resting(actor=actor, limit=1) == [paused]
