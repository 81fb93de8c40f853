"""Header fields of the pages on the way to a consent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def opens_in_a_popup(view: View) -> View:
    """Leave a page the window that opened it, which a client in a popup waits in; and let nobody keep it."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        response["Cache-Control"] = "no-store"
        return response

    return opened


def without_form_action(view: View) -> View:
    """Leave form-action out of the page's policy: a browser holds it against the redirect to the client that follows on the form."""
    replaced: View = csp_replace({"form-action": None})(view)
    return replaced
