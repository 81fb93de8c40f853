"""The web's outermost door: what a view did not translate itself becomes a page that says what to do."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from redis.exceptions import RedisError

from rocketsdr.lib.errors import DomainError, Unavailable

logger = logging.getLogger(__name__)

TEMPLATES = {403: "403.html", 404: "404.html", 429: "429.html"}


class DomainErrorPages(MiddlewareMixin):
    """Answer a DomainError with its status and a page that shows its message and its fix."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RedisError):
            logger.error("Redis does not answer: %s %s", request.method, request.path, exc_info=exception)
            exception = Unavailable("A part of this server does not answer.", fix="Try again in a minute.", retry_after_s=60)
        if not isinstance(exception, DomainError):
            return None
        template = TEMPLATES.get(exception.http_status, "error.html")
        shown = {"status": exception.http_status, "exception": exception.message, "fix": exception.fix}
        response = render(request, template, shown, status=exception.http_status)
        if "retry_after_s" in exception.context:
            response["Retry-After"] = str(exception.context["retry_after_s"])
        return response
