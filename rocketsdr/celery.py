"""The Celery app; it knows jobs by name only."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, celeryd_init

from rocketsdr import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")

app = Celery("rocketsdr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def join_services(**_: object) -> None:
    """Start the embedded services, or share the running ones, before a worker or beat speaks to the broker."""
    embedded.join()
