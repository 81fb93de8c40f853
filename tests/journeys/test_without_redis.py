"""Redis only wakes somebody up: a broker that is away delays work by a tick and fails nobody's call."""

from __future__ import annotations

import time

import pytest
from celery import Celery
from django.db import transaction

from rocketsdr.celery import app
from rocketsdr.lib import jobs as jobs_module

CSV = "name,email\nAda Lovelace,ada@example.com\n"
REAL_SEND = jobs_module._send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_broker(monkeypatch, jobs) -> None:
    """Let the jobs go to a broker at which nobody listens."""
    away = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.broker_transport_options = app.conf.broker_transport_options
    monkeypatch.setattr(jobs_module, "app", away)
    monkeypatch.setattr(jobs_module, "_send", REAL_SEND)


def test_handing_over_a_job_to_no_broker_is_quick_and_no_error(no_broker, caplog):
    began = time.monotonic()
    with transaction.atomic():
        jobs_module.enqueue("campaigns.tick")
    assert time.monotonic() - began < 2
    assert "The broker did not take campaigns.tick" in caplog.text


def test_a_campaign_made_while_redis_is_away_is_delivered_by_the_ticks(
    monkeypatch, request, agent, world, mailbox, product, persona, sender
):
    taken = jobs_module._send
    request.getfixturevalue("no_broker")
    made = agent.call("create_campaign", name="Batch 1", type="csv", product_id=product.id, persona_id=persona.id, csv_content=CSV)
    assert made["status"] == "importing"
    monkeypatch.setattr(jobs_module, "_send", taken)
    assert world.jobs.sent == []

    world.wait_for_the_hold()  # long enough for the tick to see that nobody was woken
    world.work()
    world.wait_for_the_hold()
    world.work()
    assert mailbox.recipients() == ["ada@example.com"]
