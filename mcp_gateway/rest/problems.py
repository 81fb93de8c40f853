"""Whatever goes wrong at the REST door, as application/problem+json (RFC 9457): what it is, what to do about it, never a trace of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views import defaults
from pydantic_core import to_json
from rest_framework.exceptions import APIException

from mcp_gateway import door
from mcp_gateway.dispatch import Outcome
from rocketsdr.lib.errors import DomainError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
OWN_FIELDS = ("code", "fix", "field_errors", "failed_gates", "retry_after_s")  # beside those of RFC 9457


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of problem. `code` and `fix` stand for those that nobody can say better."""

    title: str
    code: str
    fix: str


KINDS = {
    400: Kind("Bad request", "malformed_request", "Send the arguments as one JSON object in UTF-8."),
    401: Kind("Unauthorized", "unauthorized", "Send an API key in X-API-Key, or a key or an access token as Authorization: Bearer."),
    403: Kind("Forbidden", "forbidden", "Use a credential that holds the scope, or ask an owner of the workspace for one."),
    404: Kind("Not found", "not_found", "GET /api/v1/outreach/ names the tools; ids come from the tools that list."),
    405: Kind("Method not allowed", "method_not_allowed", "Use a method that the header Allow names."),
    406: Kind("Not acceptable", "not_acceptable", "Accept application/json or text/markdown."),
    409: Kind("Conflict", "conflict", "The state of the thing does not allow it now: read it again, then decide."),
    413: Kind("Body too large", "body_too_large", "Upload large files: get_csv_upload_url offers a place."),
    415: Kind("Unsupported media type", "unsupported_media_type", "Send Content-Type: application/json."),
    421: Kind("Misdirected request", "another_host", "Use the address that the operator of this server gave you."),
    422: Kind("Invalid arguments", "invalid", "field_errors names each field, its value and what to send instead."),
    429: Kind("Limit reached", "limit_reached", "Wait as long as Retry-After says, or ask an operator for a higher limit."),
    500: Kind("Internal server error", "internal_error", "Try again; if it stays so, tell an operator the request_id."),
    502: Kind("Provider failed", "provider_failed", "Another service refused or did not answer: try again later."),
}


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """Return the answer to a request that did not succeed. Its type leads to the place in the documents that explains it."""
    kind = KINDS.get(status) or KINDS[400 if status < 500 else 500]
    body: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/docs/mcp#error-{status}",
        "title": kind.title,
        "status": status,
        "detail": detail,
        "field_errors": [],
        "failed_gates": [],
        **more,
        "code": more.get("code") or kind.code,
        "fix": more.get("fix") or kind.fix,
    }
    response = HttpResponse(to_json(body), status=status, content_type=MEDIA_TYPE)
    if "retry_after_s" in body:
        response["Retry-After"] = str(body["retry_after_s"])
    return response


def of_outcome(outcome: Outcome) -> HttpResponse:
    """Return a refusal of the hallway."""
    return problem(outcome.http_status, outcome.structured["message"], **_own_fields(outcome.structured))


def of_exception(exception: Exception, request: HttpRequest, request_id: str) -> HttpResponse:
    """Return what an exception means for the caller; a fault of ours is logged here and never shown."""
    if isinstance(exception, DomainError):
        return problem(exception.http_status, exception.message, code=exception.code, fix=exception.fix)
    if isinstance(exception, RequestDataTooBig):
        return problem(413, door.too_large())
    if isinstance(exception, APIException):
        return problem(exception.status_code, str(exception.detail))
    logger.error("%s %s failed in request %s", request.method, request.path, request_id, exc_info=exception)
    return problem(500, "Internal server error.", request_id=request_id)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refuses, such as a foreign Host: a problem for programs, a page for people."""
    if _is_for_programs(request):
        return problem(421, door.ANOTHER_HOST) if isinstance(exception, DisallowedHost) else problem(400, "The request is malformed.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer where a fault of ours was met outside every view: a problem for programs, a page for people."""
    return problem(500, "Internal server error.") if _is_for_programs(request) else defaults.server_error(request)


def _is_for_programs(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _own_fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in OWN_FIELDS if name in facts}
