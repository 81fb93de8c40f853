"""Bursts on routes that anybody may call: how often one network, or one network with one address, may try.

The counters are django-ratelimit's, in Redis. What is counted is the try, never its outcome, so that a refusal tells nothing
about who exists.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from rocketsdr.accounts.http import client_address
from rocketsdr.lib.errors import LimitReached, Unavailable

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]


class TooManyRequests(LimitReached):
    code = "too_many_requests"


class Uncounted(Unavailable):
    """Redis does not answer, and what is guarded here stays shut."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in a time, as in `10/15m`, from one network; with `field`, for one value of that form field.

    `key` says otherwise what a try counts against; a try for which it says None is not counted.
    """

    name: str
    rate: str
    field: str = ""
    key: Callable[[HttpRequest], str | None] | None = None


def throttled(*limits: Limit, methods: tuple[str, ...] = ("POST",), open_without_redis: bool = False) -> Callable[[View], View]:
    """Refuse a view's tries beyond any of the limits; `open_without_redis` lets them through while nobody can count."""

    def decorator(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods:
                try:
                    _count(request, limits)
                except RedisError as error:
                    if not open_without_redis:
                        raise Uncounted("Tries cannot be counted at the moment.", fix="Try again in a minute.", retry_after_s=60) from error
                    logger.warning("Redis does not answer: a try is let through uncounted.")
            return view(request, *args, **kwargs)

        return counted

    return decorator


def _count(request: HttpRequest, limits: tuple[Limit, ...]) -> None:
    """Count this try against every limit, also when an earlier one refuses it already."""
    waits = [_seconds_to_wait(request, limit) for limit in limits]
    if wait := max(waits):
        raise TooManyRequests("Too many tries.", fix=_advice(wait), retry_after_s=wait)


def _seconds_to_wait(request: HttpRequest, limit: Limit) -> int:
    counted_as = limit.key(request) if limit.key else _counted_as(request, limit)
    if counted_as is None:
        return 0
    usage = get_usage(request, group=limit.name, key=lambda *_: counted_as, rate=limit.rate, increment=True)
    return max(int(usage["time_left"]), 1) if usage and usage["should_limit"] else 0


def _counted_as(request: HttpRequest, limit: Limit) -> str:
    network = network_of(request)
    return f"{network} {request.POST.get(limit.field, '').strip().lower()}" if limit.field else network


def signed_in(request: HttpRequest) -> str:
    """Return who is signed in, from wherever they try: what guards a person is not to be guessed from a thousand networks."""
    return str(request.user.pk or network_of(request))


def network_of(request: HttpRequest) -> str:
    """Return what one client can hardly change: the IPv4 address, or the /64 that an IPv6 client owns."""
    ip = ip_address(client_address(request))
    return str(ip if ip.version == 4 else ip_network((ip, 64), strict=False).network_address)


def _advice(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"Try again in {minutes} minutes." if minutes > 1 else "Try again in a minute."
