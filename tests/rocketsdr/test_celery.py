"""Which worker hears of what."""

from __future__ import annotations

import pytest

from rocketsdr.celery import app


@pytest.mark.parametrize(
    ("task", "queue"), [("campaigns.pump", "pump"), ("campaigns.tick", "celery"), ("campaigns.write_first_emails", "celery")]
)
def test_what_sends_has_a_queue_of_its_own_so_that_the_tick_never_waits_for_it(task, queue):
    assert app.amqp.router.route({}, task)["queue"].name == queue


def test_a_worker_that_names_no_queue_hears_of_everything():
    assert set(app.amqp.queues.consume_from) == {"celery", "pump"}
