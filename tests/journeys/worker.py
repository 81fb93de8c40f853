"""What a worker process of a test does: the work of a Celery worker and of beat, over and over, until somebody kills it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import NoReturn

from django.urls import reverse

from campaigns import tasks
from campaigns.models import Delivery, DeliveryStatus
from campaigns.models import delivery as delivery_module
from campaigns.services import scheduling, sending
from integrations import mime
from integrations.contracts import MailConnection
from rocketsdr.celery import app
from rocketsdr.embedded.children import dying_with_us
from rocketsdr.lib import clock, jobs

waiting: list[tuple[str, dict[str, int | str]]] = []


def fork_on_demand(*, now: str, inflight_seconds: int, mark_after_sending: bool, orders: Iterable[str]) -> None:
    """Fork a worker at every line that is read, and answer with its process id."""
    offset = datetime.fromisoformat(now) - datetime.now(UTC)
    clock.use_offset_source(lambda: offset)
    delivery_module.INFLIGHT_LEASE = timedelta(seconds=inflight_seconds)
    sending.BATCH = 5  # few e-mails have to wait until a dead worker's lease is over
    if mark_after_sending:
        sending.send_claimed = send_then_mark
    jobs._send = lambda name, ids: waiting.append((name, ids))
    app.finalize(auto=True)  # here and in the next line: once, not in every worker
    reverse("home")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    dies_with_us = dying_with_us(signal.SIGKILL)
    for _ in orders:
        if (pid := os.fork()) == 0:
            dies_with_us()
            work_forever()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def work_forever() -> NoReturn:
    for _ in count():
        tasks.tick.run()
        while waiting:
            name, ids = waiting.pop(0)
            app.tasks[name].run(**ids)
        time.sleep(0.02)
    raise AssertionError


def send_then_mark(*, delivery: Delivery, worker: str, server: MailConnection, clock: Callable[[], datetime]) -> None:
    """Send as most programs do: first the message, then the note of it. The twin that shows what the tests can see."""
    message = sending.compose(delivery, now=clock())
    server.send(message.from_address, message.to_address, mime.assemble(message), message_id=message.message_id)
    mine = Delivery.objects.filter(id=delivery.id, status=DeliveryStatus.CLAIMED, worker=worker)
    if mine.update(status=DeliveryStatus.SENT, message_id=message.message_id, sent_at=clock(), lease_until=None) == 1:
        scheduling.plan_next_step(after=delivery, now=clock())
