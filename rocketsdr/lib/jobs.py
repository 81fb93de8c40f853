"""How work is handed to a worker: by name, with ids only, after the commit.

PostgreSQL is the queue; a message only wakes somebody up. A lost one is made up for by the beat's tick, so a broker that is
down delays work by a tick and fails nobody.
"""

from __future__ import annotations

import logging
import os
import socket
from functools import partial
from uuid import uuid4

from django.db import transaction
from kombu.exceptions import OperationalError

from rocketsdr.celery import app

logger = logging.getLogger(__name__)


def enqueue(name: str, **ids: int | str) -> None:
    """Wake a worker for the task `name` once the current transaction has committed."""
    transaction.on_commit(partial(_send, name, ids))


def _send(name: str, ids: dict[str, int | str]) -> None:
    try:
        app.send_task(name, kwargs=ids, ignore_result=True, retry=False)
    except OperationalError:
        logger.warning("The broker did not take %s; the next tick makes up for it.", name)


def worker_name() -> str:
    """Return a name for the worker that runs this, new for every call: a lease belongs to one run of one task."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:8]}"
