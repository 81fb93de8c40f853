"""Where benchmarks run: embedded services in a home of their own, and a database that is made for the run and dropped after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@contextmanager
def scratch() -> Iterator[None]:
    """Start the services and Django on an empty database; drop it in the end. What is enqueued meanwhile is thrown away."""
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "PRODUCTION", "ROCKETSDR_EMBEDDED_FSYNC"):
        os.environ.pop(name, None)  # never on somebody's own database
    os.environ["ROCKETSDR_HOME"] = str(PROJECT / ".rocketsdr" / "bench")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
    from rocketsdr import embedded

    embedded.join()
    import django
    from django.conf import settings

    settings.DATABASES["default"]["TEST"] = {"NAME": f"bench_{os.getpid()}"}
    django.setup()
    from django.db import connection

    own_name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
        _forget_jobs()


def _forget_jobs() -> None:
    from rocketsdr.celery import app

    app.control.purge()
