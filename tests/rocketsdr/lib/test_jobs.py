import logging
import socket
import threading

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction

from rocketsdr.lib import jobs as jobs_module
from rocketsdr.lib.jobs import enqueue, worker_name

really_send = jobs_module._send


@pytest.mark.django_db(transaction=True)
def test_a_job_is_sent_with_the_commit_and_not_before(jobs):
    with transaction.atomic():
        enqueue("campaigns.pump", sender_id=7)
        assert jobs.sent == []
    assert jobs.sent == [("campaigns.pump", {"sender_id": 7})]


@pytest.mark.django_db(transaction=True)
def test_a_job_of_what_was_rolled_back_is_never_sent(jobs):
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("campaigns.pump", sender_id=7)
        raise RuntimeError
    assert jobs.all == []


@pytest.fixture
def broker(monkeypatch, request):
    """Our Celery settings with queues of this test's own."""

    def use(url: str, **options) -> Celery:
        app = Celery("tests", broker=url)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.update(broker_url=url, task_default_queue=f"test-{request.node.name}", task_queues=None, task_routes=None)
        app.conf.broker_transport_options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **options}
        monkeypatch.setattr(jobs_module, "app", app)
        request.addfinalizer(app.close)
        return app

    return use


def test_a_message_reaches_the_broker_with_name_and_ids(broker):
    app = broker(settings.CELERY_BROKER_URL)
    really_send("campaigns.pump", {"sender_id": 7})
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        message = queue.get(timeout=5)
        assert message.headers["task"] == "campaigns.pump"
        assert message.payload[1] == {"sender_id": 7}
        message.ack()
        queue.close()


def test_a_broker_that_is_not_there_delays_work_and_fails_nobody(broker, caplog, tmp_path):
    for url in (f"redis+socket://{tmp_path}/none.sock", "redis://127.0.0.1:1/0"):
        broker(url)
        with caplog.at_level(logging.WARNING, logger=jobs_module.__name__):
            really_send("campaigns.pump", {"sender_id": 7})
        assert caplog.messages == ["The broker did not take campaigns.pump; the next tick makes up for it."]
        caplog.clear()


def test_a_broker_that_hangs_up_delays_work_and_fails_nobody(broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            try:
                while True:
                    listener.accept()[0].close()
            except OSError:  # the test is over
                return

        closing = threading.Thread(target=hang_up, daemon=True)
        closing.start()
        broker(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        with caplog.at_level(logging.WARNING, logger=jobs_module.__name__):
            really_send("campaigns.pump", {"sender_id": 7})
        assert "did not take campaigns.pump" in caplog.text
        listener.shutdown(socket.SHUT_RDWR)
        closing.join(timeout=5)


def test_every_run_of_a_task_has_a_worker_name_of_its_own_that_fits_its_column():
    names = {worker_name() for _ in range(100)}
    assert len(names) == 100
    assert max(map(len, names)) <= 60
