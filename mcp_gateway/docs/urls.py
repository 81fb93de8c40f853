"""The addresses of the documents."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from mcp_gateway.docs import views
from mcp_gateway.surfaces import OUTREACH

urlpatterns = [
    path("docs/", RedirectView.as_view(pattern_name="docs_mcp")),
    path("docs/mcp", views.mcp, name="docs_mcp"),
    path("docs/mcp/", RedirectView.as_view(pattern_name="docs_mcp")),
    path("docs/mcp-llm.md", views.mcp_llm, name="docs_mcp_llm"),
    path("llms.txt", views.llms),
    path(".well-known/mcp/server-card.json", views.card, name="server_card"),
    path(f"{OUTREACH.address}/server-card", views.card),  # where the draft reserves a place for it
]
