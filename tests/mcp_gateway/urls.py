"""The product's addresses, and one more with tools made for the tests."""

from django.urls import include, path

from mcp_gateway.surfaces import Surface
from mcp_gateway.urls import addresses

TEST_SURFACE = Surface(slug="test", address="api/test/mcp", package="tests.mcp_gateway.fixture_tools", instructions="Only for tests.")

urlpatterns = [path("", include("rocketsdr.urls")), *addresses(TEST_SURFACE)]
