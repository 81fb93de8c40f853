"""All addresses of the server; it wires and decides nothing."""

from django.contrib import admin
from django.urls import include, path

from campaigns.views.home import home
from rocketsdr import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    path("", include("rocketsdr.accounts.urls")),
    path("", include("integrations.urls")),
    path("", include("campaigns.urls")),
    path("", include("mcp_gateway.urls")),
]

handler400 = "mcp_gateway.rest.problems.bad_request"
handler500 = "mcp_gateway.rest.problems.server_error"
