"""The addresses of the gateway, with and without a slash at the end: a POST is never redirected."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from mcp_gateway import views
from mcp_gateway.surfaces import SURFACES, Surface


def addresses(surface: Surface) -> list[URLPattern]:
    """Return the addresses of one surface."""
    return [path(f"{surface.address}{end}", views.endpoint, {"surface": surface}) for end in ("", "/")]


urlpatterns = [
    *(pattern for surface in SURFACES for pattern in addresses(surface)),
    path("api/v1/", include("mcp_gateway.rest.urls")),
    path("", include("mcp_gateway.docs.urls")),
    path("", include("mcp_gateway.activity.urls")),
]

handler400 = "mcp_gateway.rest.problems.bad_request"
handler500 = "mcp_gateway.rest.problems.server_error"
