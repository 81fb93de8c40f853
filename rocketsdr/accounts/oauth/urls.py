"""The addresses of the authorization server: these and no others of the library, under the names by which it looks them up.

The metadata lies at the root of the origin, where clients look for it.
"""

from django.urls import path

from rocketsdr.accounts.oauth import metadata, registration, views

app_name = "oauth2_provider"

urlpatterns = [
    path(".well-known/oauth-authorization-server", metadata.ServerMetadata.as_view(), name="oauth-server-metadata"),
    path(".well-known/oauth-protected-resource", metadata.protected_resource, name="oauth-resource-metadata"),
    path(".well-known/oauth-protected-resource/<path:address>", metadata.protected_resource, name="oauth-resource-metadata-of"),
    path("o/authorize/", views.Authorize.as_view(), name="authorize"),
    path("o/token/", views.Token.as_view(), name="token"),
    path("o/revoke/", views.Revoke.as_view(), name="revoke-token"),
    path("o/register/", registration.register, name="dcr-register"),
]
