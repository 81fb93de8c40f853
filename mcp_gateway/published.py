"""Documents that anybody may read and keep: programs of any site may load them, and ask again only whether they have changed."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

KEPT_FOR = 300  # seconds


def answer(request: HttpRequest, body: bytes, content_type: str, *, vary: tuple[str, ...] = ()) -> HttpResponseBase:
    """Give the document, or say that the reader has it already."""
    headers = {
        "ETag": quote_etag(sha256(body).hexdigest()[:32]),
        "Cache-Control": f"public, max-age={KEPT_FOR}",
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
    }
    response = HttpResponse(body, content_type=content_type, headers=headers)
    if vary:
        patch_vary_headers(response, vary)
    return get_conditional_response(request, etag=headers["ETag"], response=response) or response
