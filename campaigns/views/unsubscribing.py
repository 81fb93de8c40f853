"""The page behind the unsubscribe link of every e-mail: for the recipient, who has no account here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.services import suppressions
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now

METHODS = ("GET", "HEAD", "POST")


# Mail programs post here by themselves (RFC 8058) without cookies, and an opt-out outranks a counter that does not answer.
@csrf_exempt
@throttled(Limit("unsubscribe", "600/m"), methods=METHODS, open_without_redis=True)
@require_http_methods(METHODS)
@never_cache
def unsubscribe(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show who gets mail from whom; only a POST, whatever it holds, ends it."""
    said = suppressions.opt_out(token=token, now=now()) if request.method == "POST" else suppressions.describe_opt_out(token=token)
    response = render(request, "campaigns/unsubscribe.html", {"opt_out": said})
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
