"""Is the process up, and can it work? For load balancers and for `make run`."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from integrations import storage

Failures = type[Exception] | tuple[type[Exception], ...]


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database, Redis and the storage answer, else 503 naming the ones that do not."""
    failing = [name for name, (probe, failures) in _PROBES.items() if not _answers(probe, failures)]
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


def _answers(probe: Callable[[], object], failures: Failures) -> bool:
    try:
        probe()
    except failures:
        return False
    return True


def _query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_PROBES: dict[str, tuple[Callable[[], object], Failures]] = {
    "database": (_query, Error),
    "redis": (lambda: cache.get("ready"), RedisError),
    "storage": (storage.probe, (OSError, storage.StorageFailed)),
}
