"""The addresses of the activity page; they lie below Settings → Integrations."""

from __future__ import annotations

from django.urls import path

from mcp_gateway.activity import views

urlpatterns = [
    path("settings/integrations/activity/", views.index, name="activity"),
    path("settings/integrations/activity/activity.csv", views.download, name="activity_csv"),
    path("settings/integrations/activity/<int:audit_id>/undo/", views.undo_entry, name="undo_action"),
]
