"""What operators see of the gateway's records; they are read here, never changed."""

from __future__ import annotations

from django.contrib import admin

from mcp_gateway.models import ConfirmationUse, IdempotentAnswer, ToolCall
from rocketsdr.accounts.operators import Inspect


@admin.register(ToolCall)
class ToolCallAdmin(Inspect):
    list_display = ["at", "workspace", "tool", "outcome", "code", "duration_ms", "credential", "client"]
    list_filter = ["outcome", "surface", "tool", "via"]
    list_select_related = ["workspace"]
    search_fields = ["tool", "credential", "client", "request_id", "code"]
    date_hierarchy = "at"


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(Inspect):
    list_display = ["created_at", "workspace", "tool", "key", "credential", "expires_at"]
    list_filter = ["tool"]
    list_select_related = ["workspace"]
    search_fields = ["key", "tool", "credential"]
    exclude = ["answer"]  # it may hold what leads have written


@admin.register(ConfirmationUse)
class ConfirmationUseAdmin(Inspect):
    list_display = ["id", "workspace", "expires_at"]
    list_select_related = ["workspace"]
    search_fields = ["nonce"]
