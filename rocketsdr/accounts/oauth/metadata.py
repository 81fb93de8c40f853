"""What programs read before they connect: of this authorization server (RFC 8414), and of each protected resource (RFC 9728)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from oauth2_provider.views import OAuthServerMetadataView

from rocketsdr.accounts.oauth import resources

KEPT_FOR = "public, max-age=300"


class ServerMetadata(OAuthServerMetadataView):  # type: ignore[misc]  # the library ships no types
    """The server's own metadata, at the root of its origin."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().get(request, *args, **kwargs)
        response["Cache-Control"] = KEPT_FOR
        return response


@require_safe
def protected_resource(request: HttpRequest, address: str = "") -> HttpResponse:
    """Describe the resource at this address, at none the one of a client that names none; any other address has nothing."""
    resource = resources.at(address) if address else resources.default()
    if resource is None:
        raise Http404("No such resource.")
    described = {
        "resource": resource.identifier,
        "authorization_servers": [settings.PUBLIC_URL],
        "scopes_supported": resources.BASE_SCOPES,
        "bearer_methods_supported": ["header"],
        "resource_name": resource.name,
        "resource_documentation": f"{settings.PUBLIC_URL}/docs/mcp",
    }
    return JsonResponse(described, headers={"Cache-Control": KEPT_FOR, "Access-Control-Allow-Origin": "*"})
