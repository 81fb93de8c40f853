"""The cast is whole: every row of it keeps the database's constraints."""

import pytest
from django.core.cache import cache

from campaigns.models import Lead
from rocketsdr.lib.jobs import enqueue
from tests import factories


def test_the_cast_stands(actor, viewer, api_key, draft, campaign, enrollment, stranger):
    assert {row.workspace_id for row in (draft, campaign, enrollment)} == {actor.workspace_id, viewer.workspace_id}
    assert Lead.objects.exclude(workspace_id=actor.workspace_id).get() == stranger.lead


def test_every_factory_makes_a_valid_row(db):
    sent = factories.DeliveryFactory.create(sent=True)
    factories.InboundMessageFactory.create()
    factories.SuppressionFactory.create()
    factories.EventFactory.create()
    factories.SenderFactory.create(smtp=True)
    assert sent.sender
    assert sent.sender.workspace_id == sent.workspace_id


def test_jobs_shows_what_waits_for_the_commit_and_what_was_sent(db, jobs, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue("campaigns.pump", workspace_id=1)
    enqueue("campaigns.tick")
    assert jobs.sent == [("campaigns.pump", {"workspace_id": 1})]
    assert jobs.waiting == [("campaigns.tick", {})]
    assert jobs.names == ["campaigns.pump", "campaigns.tick"]


@pytest.mark.django_db(transaction=True)
def test_jobs_shows_what_was_sent_by_a_real_commit(jobs):
    enqueue("campaigns.tick")
    assert jobs.all == jobs.sent == [("campaigns.tick", {})]


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_has_an_empty_cache(time):
    assert cache.get("seen") is None
    cache.set("seen", time)
    assert cache.get("seen") == time
