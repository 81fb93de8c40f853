from django.urls import path
from django.views.generic import RedirectView

from integrations.views import api_keys, downloads, mailbox, settings, uploads

app_name = "integrations"
urlpatterns = [
    path("uploads/", uploads.receive, name="upload"),
    path("exports/<str:token>", downloads.fetch, name="download"),
    path("settings/", RedirectView.as_view(pattern_name="integrations:index"), name="settings"),
    path("settings/integrations/", settings.index, name="index"),
    path("settings/integrations/api-keys/", api_keys.index, name="api_keys"),
    path("settings/integrations/api-keys/new/", api_keys.new, name="new_api_key"),
    path("settings/integrations/api-keys/<int:key_id>/revoke/", api_keys.revoke, name="revoke_api_key"),
    path("mailbox/", mailbox.index, name="mailbox"),
    path("mailbox/clock/", mailbox.move_clock, name="move_clock"),
    path("mailbox/<str:mail_id>/", mailbox.show, name="mail"),
    path("mailbox/<str:mail_id>/reply/", mailbox.reply, name="mail_reply"),
    path("mailbox/<str:mail_id>/html/", mailbox.html, name="mail_html"),
    path("mailbox/<str:mail_id>/source/", mailbox.source, name="mail_source"),
]
