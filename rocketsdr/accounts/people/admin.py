from django.contrib import admin

from rocketsdr.accounts.models import Invitation
from rocketsdr.accounts.operators import Inspect


@admin.register(Invitation)
class InvitationAdmin(Inspect):
    list_display = ["email", "workspace", "role", "invited_by", "created_at", "mailed_at", "expires_at", "accepted_at", "revoked_at"]
    list_filter = ["role", "accepted_at", "revoked_at"]
    list_select_related = ["workspace", "invited_by"]
    search_fields = ["email", "workspace__name"]
    exclude = ["digest"]
