"""The door for files that go out: GET /exports/<token> gives one file to whoever holds its link."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations import downloads
from rocketsdr.accounts.throttle import Limit, throttled
from rocketsdr.lib.clock import now

BURST = Limit("downloads", "120/m")
METHODS = ("GET", "HEAD")


@throttled(BURST, methods=METHODS, open_without_redis=True)
@require_safe
@never_cache
def fetch(request: HttpRequest, token: str) -> FileResponse:
    """Give the file as an attachment, which no browser runs or shows."""
    download = downloads.fetch(token=token, now=now())
    response = FileResponse(download.file, as_attachment=True, filename=download.name)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
