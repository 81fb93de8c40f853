"""The addresses of the REST door, with and without a slash at the end; whatever else lies below is answered as a problem too."""

from __future__ import annotations

from django.urls import path, re_path

from mcp_gateway.rest import views
from mcp_gateway.surfaces import SURFACES

urlpatterns = [
    path("openapi.json", views.description),
    *(
        pattern
        for surface in SURFACES
        for end in ("", "/")
        for pattern in (
            path(f"{surface.slug}{end}", views.ToolsView.as_view(), {"surface": surface}),
            path(f"{surface.slug}/<str:tool>{end}", views.ToolView.as_view(), {"surface": surface}),
        )
    ),
    re_path("", views.nowhere),
]
