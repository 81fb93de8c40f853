from django.urls import path
from django.views.generic import RedirectView

from integrations.views import api_keys, connections, connectors, downloads, lead_data, mailbox, oauth_clients, settings, uploads

app_name = "integrations"
urlpatterns = [
    path("uploads/", uploads.receive, name="upload"),
    path("exports/<str:token>", downloads.fetch, name="download"),
    path("settings/", RedirectView.as_view(pattern_name="integrations:index"), name="settings"),
    path("settings/integrations/", settings.index, name="index"),
    path("settings/integrations/api-keys/", api_keys.index, name="api_keys"),
    path("settings/integrations/api-keys/new/", api_keys.new, name="new_api_key"),
    path("settings/integrations/api-keys/<int:key_id>/", api_keys.show, name="api_key"),
    path("settings/integrations/api-keys/<int:key_id>/rotate/", api_keys.rotate, name="rotate_api_key"),
    path("settings/integrations/api-keys/<int:key_id>/end-old/", api_keys.end_old, name="end_old_secret"),
    path("settings/integrations/api-keys/<int:key_id>/revoke/", api_keys.revoke, name="revoke_api_key"),
    path("settings/integrations/oauth-clients/", oauth_clients.index, name="oauth_clients"),
    path("settings/integrations/oauth-clients/new/", oauth_clients.new, name="new_oauth_client"),
    path("settings/integrations/oauth-clients/<int:client_pk>/", oauth_clients.show, name="oauth_client"),
    path("settings/integrations/oauth-clients/<int:client_pk>/check/", oauth_clients.check, name="check_oauth_client"),
    path("settings/integrations/oauth-clients/<int:client_pk>/rotate/", oauth_clients.rotate, name="rotate_oauth_client"),
    path("settings/integrations/oauth-clients/<int:client_pk>/state/", oauth_clients.set_state, name="set_oauth_client_state"),
    path("settings/integrations/oauth-clients/<int:client_pk>/delete/", oauth_clients.delete, name="delete_oauth_client"),
    path("settings/integrations/connections/", connections.index, name="connections"),
    path("settings/integrations/connections/<int:connection_id>/revoke/", connections.revoke, name="revoke_connection"),
    path("settings/integrations/connectors/", connectors.index, name="connectors"),
    path("settings/integrations/connectors/test/", connectors.test, name="connection_test"),
    path("settings/integrations/lead-data/", lead_data.index, name="lead_data"),
    path("settings/integrations/lead-data/<slug:provider>/connect/", lead_data.connect, name="connect_lead_data"),
    path("settings/integrations/lead-data/<slug:provider>/budget/", lead_data.set_budget, name="set_lead_data_budget"),
    path("settings/integrations/lead-data/<slug:provider>/disconnect/", lead_data.disconnect, name="disconnect_lead_data"),
    path("mailbox/", mailbox.index, name="mailbox"),
    path("mailbox/clock/", mailbox.move_clock, name="move_clock"),
    path("mailbox/<str:mail_id>/", mailbox.show, name="mail"),
    path("mailbox/<str:mail_id>/reply/", mailbox.reply, name="mail_reply"),
    path("mailbox/<str:mail_id>/html/", mailbox.html, name="mail_html"),
    path("mailbox/<str:mail_id>/source/", mailbox.source, name="mail_source"),
]
