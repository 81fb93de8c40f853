"""The operators' pages for connected mailboxes, uploads and lead data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from integrations.models import DataAccount, DataCacheEntry, DataSpend, MailAccount, Upload
from rocketsdr.accounts import audit
from rocketsdr.accounts.operators import Inspect, ModelAdmin, ModelForm, operator


class MailAccountForm(ModelForm):
    """A mail account: its password is written, never shown; an empty one leaves the stored one as it is."""

    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown. Leave it empty to keep the one that is stored.",
    )

    class Meta:
        model = MailAccount
        fields = ["host", "port", "tls", "username", "password"]

    def clean_password(self) -> str:
        """Keep the stored password where none is typed."""
        return str(self.cleaned_data["password"] or self.instance.password)


@admin.register(MailAccount)
class MailAccountAdmin(ModelAdmin):
    form = MailAccountForm
    list_display = ["address", "workspace", "provider", "host", "port", "tls", "username", "created_at"]
    list_filter = ["provider", "tls"]
    list_select_related = ["workspace"]
    search_fields = ["address", "host", "username", "workspace__name"]
    fields = ["workspace", "provider", "address", "host", "port", "tls", "username", "password", "created_at"]
    readonly_fields = ["workspace", "provider", "address", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MailAccount | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: MailAccount, form: Any, change: Any) -> None:
        """Store the server and the login, with their audit row."""
        super().save_model(request, obj, form, change)
        audit.record(operator(request, obj.workspace_id), "mail_account.changed", obj, fields=" ".join(form.changed_data))


@admin.register(Upload)
class UploadAdmin(Inspect):
    list_display = ["filename", "workspace", "size", "created_at", "expires_at", "received_at"]
    list_filter = ["created_at", "received_at"]
    list_select_related = ["workspace"]
    search_fields = ["filename", "key", "workspace__name"]
    date_hierarchy = "created_at"


@admin.register(DataAccount)
class DataAccountAdmin(Inspect):
    """Accounts at vendors of lead data, without their keys."""

    list_display = ["provider", "workspace", "monthly_budget", "created_at"]
    list_filter = ["provider"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name"]
    fields = ["workspace", "provider", "monthly_budget", "created_at"]


@admin.register(DataSpend)
class DataSpendAdmin(Inspect):
    list_display = ["month", "workspace", "provider", "used"]
    list_filter = ["provider", "month"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name"]


@admin.register(DataCacheEntry)
class DataCacheEntryAdmin(Inspect):
    """What is kept of vendors' answers, without the people in it."""

    list_display = ["digest", "workspace", "provider", "fetched_at", "expires_at"]
    list_filter = ["provider", "expires_at"]
    list_select_related = ["workspace"]
    search_fields = ["digest", "workspace__name"]
    fields = ["workspace", "provider", "digest", "licence", "fetched_at", "expires_at"]
