"""The product's addresses, and one more that offers what the conformance suite looks for."""

from django.urls import include, path

from mcp_gateway.surfaces import Surface
from mcp_gateway.urls import addresses

ADDRESS = "conformance/mcp"
SURFACE = Surface(
    slug="conformance",
    address=ADDRESS,
    package="tests.conformance.tools",
    resources="tests.conformance.resources",
    prompts="tests.conformance.prompts",
    instructions="Only for tests.",
)

urlpatterns = [path("", include("rocketsdr.urls")), *addresses(SURFACE)]
