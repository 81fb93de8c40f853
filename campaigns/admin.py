"""The operators' pages for campaigns, the people in them and what was sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from campaigns.models import (
    Audience,
    Campaign,
    Company,
    Conversation,
    Delivery,
    Directory,
    DirectoryLoad,
    Enrollment,
    Event,
    InboundMessage,
    Job,
    Lead,
    LeadImport,
    LeadImportProblem,
    Person,
    Persona,
    Product,
    RenderedEmail,
    Sender,
    SenderDay,
    SequenceStep,
    Suppression,
    SuppressionReason,
    Technology,
)
from campaigns.models.directory import TextHash
from campaigns.services import campaigns, jobs, senders, sending, suppressions
from rocketsdr.accounts.models import Workspace
from rocketsdr.accounts.operators import Inspect, InspectInline, ModelAdmin, each, operator
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError


@admin.register(Product)
class ProductAdmin(Inspect):
    list_display = ["name", "workspace", "url", "updated_at"]
    list_select_related = ["workspace"]
    search_fields = ["name", "description", "workspace__name"]


@admin.register(Persona)
class PersonaAdmin(Inspect):
    list_display = ["name", "title", "workspace", "updated_at"]
    list_select_related = ["workspace"]
    search_fields = ["name", "title", "workspace__name"]


@admin.register(Audience)
class AudienceAdmin(Inspect):
    list_display = ["name", "workspace", "created_by", "created_at"]
    list_select_related = ["workspace", "created_by"]
    search_fields = ["name", "workspace__name"]


class SequenceStepInline(InspectInline):
    model = SequenceStep
    fields = ["position", "wait_days", "subject", "body"]


@admin.register(Campaign)
class CampaignAdmin(Inspect):
    list_display = ["name", "workspace", "status", "type", "product", "persona", "launched_at", "hold_until", "paused_at"]
    list_filter = ["status", "type", "launched_at"]
    list_select_related = ["workspace", "product", "persona"]
    search_fields = ["name", "=id", "workspace__name"]
    date_hierarchy = "created_at"
    inlines = [SequenceStepInline]
    actions = ["pause", "resume"]

    @admin.action(description="Pause: nothing leaves until they are resumed", permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        def verb(row: Campaign) -> object:
            return campaigns.pause(actor=operator(request, row.workspace_id), campaign_id=row.id, reason="By an operator.", now=now())

        each(self, request, queryset, verb, done="Campaigns paused")

    @admin.action(description="Resume: real e-mails go to real people", permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        def verb(row: Campaign) -> object:
            return campaigns.resume(actor=operator(request, row.workspace_id), campaign_id=row.id, now=now())

        each(self, request, queryset, verb, done="Campaigns resumed")


@admin.register(SequenceStep)
class SequenceStepAdmin(Inspect):
    list_display = ["id", "campaign", "position", "channel", "wait_days", "subject"]
    list_select_related = ["campaign"]
    search_fields = ["subject", "campaign__name", "=campaign__id"]
    ordering = ["-campaign_id", "position"]


@admin.register(Sender)
class SenderAdmin(Inspect):
    list_display = ["email", "from_name", "workspace", "status", "status_note", "daily_cap", "failures", "retry_at"]
    list_filter = ["status", "any_hour"]
    list_select_related = ["workspace", "account"]
    search_fields = ["email", "from_name", "workspace__name"]
    actions = ["pause", "resume"]

    @admin.action(description="Pause: nothing leaves from here", permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Sender]) -> None:
        def verb(row: Sender) -> object:
            return senders.pause_sender(actor=operator(request, row.workspace_id), sender_id=row.id, now=now())

        each(self, request, queryset, verb, done="Senders paused")

    @admin.action(description="Resume", permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Sender]) -> None:
        def verb(row: Sender) -> object:
            return senders.resume_sender(actor=operator(request, row.workspace_id), sender_id=row.id, now=now())

        each(self, request, queryset, verb, done="Senders resumed")


@admin.register(SenderDay)
class SenderDayAdmin(Inspect):
    list_display = ["day", "sender", "used"]
    list_select_related = ["sender"]
    search_fields = ["sender__email"]
    date_hierarchy = "day"


@admin.register(Lead)
class LeadAdmin(Inspect):
    list_display = ["email", "full_name", "company", "title", "workspace", "archived_at", "updated_at"]
    list_filter = ["archived_at", "created_at"]
    list_select_related = ["workspace"]
    search_fields = ["email_key", "domain", "full_name", "company"]


@admin.register(Enrollment)
class EnrollmentAdmin(Inspect):
    list_display = ["lead", "campaign", "workspace", "status", "sender", "created_at", "ended_at"]
    list_filter = ["status"]
    list_select_related = ["lead", "campaign", "workspace", "sender"]
    search_fields = ["lead__email_key", "campaign__name", "=campaign__id"]


@admin.register(LeadImport)
class LeadImportAdmin(Inspect):
    list_display = [
        "id",
        "filename",
        "campaign",
        "workspace",
        "status",
        "rows",
        "accepted",
        "updated",
        "duplicates",
        "rejected",
        "created_at",
    ]
    list_filter = ["status"]
    list_select_related = ["campaign", "workspace"]
    search_fields = ["filename", "campaign__name", "workspace__name", "=id"]
    exclude = ["content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadImport]:
        return super().get_queryset(request).defer("content")


@admin.register(Job)
class JobAdmin(Inspect):
    list_display = ["id", "kind", "workspace", "campaign", "status", "done", "total", "message", "attempts", "created_at", "updated_at"]
    list_filter = ["kind", "status", "created_at"]
    list_select_related = ["workspace", "campaign"]
    search_fields = ["=id", "campaign__name", "workspace__name", "=worker"]
    exclude = ["lead_import"]
    actions = ["cancel"]

    @admin.action(description="Cancel: what is done stays, a launch is paused", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        def verb(row: Job) -> object:
            return jobs.cancel(actor=operator(request, row.workspace_id), job_id=row.pk, now=now())

        each(self, request, queryset, verb, done="Jobs cancelled")


@admin.register(LeadImportProblem)
class LeadImportProblemAdmin(Inspect):
    list_display = ["lead_import", "line", "outcome", "code", "reason"]
    list_filter = ["outcome"]
    list_select_related = ["lead_import"]
    search_fields = ["=lead_import__id", "reason", "text"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadImportProblem]:
        return super().get_queryset(request).defer("lead_import__content")


class RenderedEmailInline(InspectInline):
    model = RenderedEmail
    fields = ["subject", "body_text", "missing_variables", "digest"]


@admin.register(Delivery)
class DeliveryAdmin(Inspect):
    list_display = ["id", "lead", "campaign", "step", "status", "sender", "due_at", "sent_at", "attempts", "note"]
    list_filter = ["status", "due_at", "sent_at"]
    list_select_related = ["lead", "campaign", "step", "sender"]
    search_fields = ["=id", "lead__email_key", "=message_id", "=campaign__id"]
    inlines = [RenderedEmailInline]
    actions = ["mark_arrived", "send_again"]

    @admin.action(description="Mark unknown ones as arrived: their sequences go on", permissions=["operate"])
    def mark_arrived(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._settle(request, queryset, arrived=True)

    @admin.action(description="Send unknown ones again: somebody has made sure that they did not arrive", permissions=["operate"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._settle(request, queryset, arrived=False)

    def _settle(self, request: HttpRequest, queryset: QuerySet[Delivery], *, arrived: bool) -> None:
        def settle(row: Delivery) -> None:
            actor = operator(request, row.workspace_id)
            sending.decide_unknown(actor=actor, delivery_id=row.pk, arrived=arrived, now=now())

        each(self, request, queryset, settle, done="Settled")


@admin.register(RenderedEmail)
class RenderedEmailAdmin(Inspect):
    list_display = ["delivery_id", "subject", "missing_variables"]
    search_fields = ["=delivery__id", "subject"]
    readonly_fields = ["delivery_id"]
    exclude = ["delivery"]


class InboundMessageInline(InspectInline):
    model = InboundMessage
    fields = ["received_at", "from_address", "subject", "text", "automatic"]


@admin.register(Conversation)
class ConversationAdmin(Inspect):
    list_display = ["subject", "lead", "campaign", "workspace", "status", "unread", "last_message_at"]
    list_filter = ["status", "unread"]
    list_select_related = ["lead", "campaign", "workspace"]
    search_fields = ["subject", "lead__email_key", "campaign__name"]
    inlines = [InboundMessageInline]


@admin.register(InboundMessage)
class InboundMessageAdmin(Inspect):
    list_display = ["received_at", "from_address", "subject", "automatic", "workspace"]
    list_filter = ["automatic"]
    list_select_related = ["workspace"]
    search_fields = ["from_address", "subject", "=message_id"]


@admin.register(Event)
class EventAdmin(Inspect):
    list_display = ["at", "kind", "lead", "campaign", "step", "workspace"]
    list_filter = ["kind", "at"]
    list_select_related = ["lead", "campaign", "workspace"]
    search_fields = ["lead__email_key", "campaign__name", "=campaign__id"]
    ordering = ["-id"]


class SuppressionForm(forms.Form):
    """An address or a domain that shall get no more mail from a workspace."""

    workspace = forms.ModelChoiceField(queryset=Workspace.objects.order_by("name"))
    value = forms.CharField(label="Address or domain", max_length=254, help_text="ada@example.com, or example.com for everybody there.")
    reason = forms.ChoiceField(choices=SuppressionReason.choices, initial=SuppressionReason.MANUAL)
    note = forms.CharField(required=False, max_length=500)


@admin.register(Suppression)
class SuppressionAdmin(Inspect):
    list_display = ["value", "kind", "reason", "workspace", "note", "created_at"]
    list_filter = ["reason", "kind"]
    list_select_related = ["workspace"]
    search_fields = ["value", "workspace__name"]
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add an entry through the service, which also stops what is planned for the people it hits."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SuppressionForm(request.POST or None)
        if form.is_valid() and self._suppress(request, form):
            return redirect("admin:campaigns_suppression_changelist")
        shown = {**self.admin_site.each_context(request), "title": "Add suppression", "form": form, "opts": self.opts}
        return render(request, "admin/campaigns/suppression/add.html", shown)

    def _suppress(self, request: HttpRequest, form: SuppressionForm) -> bool:
        given = form.cleaned_data
        actor = operator(request, given["workspace"].id)
        try:
            result = suppressions.suppress(actor=actor, value=given["value"], reason=given["reason"], note=given["note"], now=now())
        except DomainError as exc:
            form.add_error(None, f"{exc.message} {exc.fix}".strip())
            return False
        self.message_user(request, f"No more mail goes to {result.entry.value}; planned e-mails stopped: {result.stopped_messages}.")
        return True


# --- People to look for --------------------------------------------------------------------------------------------------------


@admin.register(Directory)
class DirectoryAdmin(Inspect):
    list_display = ["name", "workspace", "created_at"]
    list_select_related = ["workspace"]
    search_fields = ["name", "workspace__name"]


@admin.register(DirectoryLoad)
class DirectoryLoadAdmin(Inspect):
    list_display = ["filename", "directory", "rows_done", "added", "updated", "unchanged", "refused", "finished_at"]
    list_select_related = ["directory"]
    search_fields = ["filename", "directory__name"]


@admin.register(Company)
class CompanyAdmin(Inspect):
    list_display = ["name", "domain", "directory", "industry", "size_band"]
    list_select_related = ["directory"]
    search_fields = ["key__exact"]
    show_full_result_count = False


@admin.register(Person)
class PersonAdmin(Inspect):
    list_display = ["full_name", "title", "company", "location", "email", "directory", "source", "lawful_basis"]
    list_select_related = ["company", "directory"]
    search_fields = ["email"]
    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Person], search_term: str) -> tuple[QuerySet[Person], bool]:
        """Find people by their whole address, which an index has; a part of it would be looked for in millions of rows."""
        term = search_term.replace("\x00", "").strip()
        return (queryset.filter(email_hash=TextHash(Lower(Value(term)))) if term else queryset), False


@admin.register(Technology)
class TechnologyAdmin(Inspect):
    list_display = ["name", "name_key"]
    search_fields = ["name"]
