"""The operators' pages for people, workspaces and what guards them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from rocketsdr.accounts import approvals, audit, pausing
from rocketsdr.accounts.actor import Via
from rocketsdr.accounts.connections import revoke_connection
from rocketsdr.accounts.models import (
    ApiKey,
    Approval,
    AuditEvent,
    AuditHead,
    Clock,
    Connection,
    Consent,
    Membership,
    OAuthApplication,
    PinnedClient,
    QuotaUse,
    UndoStep,
    User,
    Workspace,
)
from rocketsdr.accounts.models.api_key import CAP_FIELDS
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.operators import Inspect, InspectInline, ModelAdmin, ModelForm, UserAdmin, each, operator
from rocketsdr.accounts.people import admin as people_admin  # noqa: F401 - importing registers its pages
from rocketsdr.accounts.people import members
from rocketsdr.accounts.security import admin as security_admin  # noqa: F401 - likewise
from rocketsdr.accounts.services import change_api_key, revoke_api_key, rules_of
from rocketsdr.lib.clock import now

admin.site.site_header = admin.site.site_title = "RocketSDR admin"
admin.site.index_title = "Everything in this installation"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one sign-in for pages and admin, throttled once

admin.site.unregister(EmailAddress)  # a copy that the sign-in library keeps of what stands with the person


class NewUserForm(ModelForm):
    """A new person; they choose a password by the reset link, or an operator sets one on the next page."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self) -> str:
        """Store addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


class UserForm(ModelForm):
    """A person without their password: it is set on a page of its own and never shown."""

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"]

    def clean_email(self) -> str:
        """Store addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


class MembershipInline(InspectInline):
    """Changed on the page of the membership, which writes the log."""

    model = Membership
    fields = ["workspace", "user", "role", "created_at"]
    readonly_fields = ["created_at"]
    show_change_link = True


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = UserForm
    add_form = NewUserForm
    add_form_template = None
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = ()  # Django's two boxes with arrows say nothing to a screen reader
    readonly_fields = ["password_page", "last_login", "date_joined"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["email", "name", "password_page", "is_active"]}),
        ("This installation", {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "name"]})]

    @admin.display(description="password")
    def password_page(self, user: User) -> str:
        """Say whether there is one, and link the page that sets it; the hash is not shown."""
        text = "Set a new one" if user.has_usable_password() else "None yet: set one, or let them use “Forgot your password?”"
        return format_html('<a href="{}">{}</a>', reverse("admin:auth_user_password_change", args=[user.pk]), text)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Store the person, a new one without a password; an address that they had before signs nobody in any more."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Somebody who leaves is made inactive: what they did keeps its name."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only who may do everything may say who else may operate this installation."""
        powers = [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups", "user_permissions"]
        return [*self.readonly_fields, *powers]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep an operator from taking over somebody who may do more than they."""
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)


@admin.register(Workspace)
class WorkspaceAdmin(ModelAdmin):
    list_display = ["name", "approval_policy", "hold_minutes", "paused_at", "created_at"]
    list_filter = ["approval_policy", "paused_at"]
    search_fields = ["name", "=id"]
    readonly_fields = ["paused_at", "pause_reason", "created_at"]
    inlines = [MembershipInline]
    actions = ["pause", "lift_pause"]

    @admin.action(description="Pause: nothing leaves any more", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Workspace]) -> None:
        def verb(row: Workspace) -> object:
            return pausing.pause(actor=operator(request, row.id), reason="By an operator.", now=now())

        each(self, request, queryset, verb, done="Workspaces paused")

    @admin.action(description="Lift the pause: real e-mails go to real people", permissions=["change"])
    def lift_pause(self, request: HttpRequest, queryset: QuerySet[Workspace]) -> None:
        each(self, request, queryset, lambda row: pausing.lift(actor=operator(request, row.id), now=now()), done="Pauses lifted")

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: Any) -> None:
        """Store what was typed, with its audit row."""
        super().save_model(request, obj, form, change)
        action = "workspace.changed" if change else "workspace.created"
        audit.record(operator(request, obj.id), action, obj, fields=" ".join(form.changed_data))

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):
    list_display = ["user", "workspace", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "workspace"]
    search_fields = ["user__email", "workspace__name"]
    autocomplete_fields = ["user", "workspace"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Only the role changes: a membership never passes to somebody else."""
        return ["user", "workspace"] if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: Any) -> None:
        """Store the role through the service, which writes the log and keeps an owner."""
        actor = operator(request, obj.workspace_id)
        if change:
            members.change_role(actor=actor, membership_id=obj.id, role=obj.role, now=now())
        else:
            obj.pk = members.add(actor=actor, user_id=obj.user_id, role=obj.role).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        """End a membership, and with it what speaks for the person in the workspace."""
        members.remove(actor=operator(request, obj.workspace_id), membership_id=obj.id, now=now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            self.delete_model(request, membership)


@admin.register(ApiKey)
class ApiKeyAdmin(Inspect):
    """Keys are made on the pages of Settings; here their rules can be changed, and they are revoked."""

    RULES = ("read_only", "toolset", "approval_policy", "may_approve", *CAP_FIELDS)

    list_display = ["name", "prefix", "workspace", "maker", "toolset", "approval_policy", "may_approve", "expires_at", "revoked_at"]
    list_filter = ["revoked_at", "expires_at", "created_at"]
    list_select_related = ["workspace", "maker"]
    search_fields = ["name", "=prefix", "workspace__name", "maker__email"]
    readonly_fields = [
        "workspace",
        "maker",
        "name",
        "prefix",
        "scopes",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
        "rotated_at",
        "previous_until",
    ]
    fields = [*readonly_fields[:5], *RULES, *readonly_fields[5:]]
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Let operators change the rules of a key that still works; what was revoked is history."""
        return obj is not None and obj.revoked_at is None and self.has_operate_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        """Only who owns the workspace, or runs this whole installation, lets an agent approve."""
        return self.readonly_fields if obj and _may_let_approve(request, obj.workspace_id) else [*self.readonly_fields, "may_approve"]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: Any) -> None:
        """Store the rules through the service, which writes the log."""
        change_api_key(actor=operator(request, obj.workspace_id), key_id=obj.id, rules=rules_of(obj))

    @admin.action(description="Revoke: refused from the next call on", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        def verb(key: ApiKey) -> object:
            return revoke_api_key(actor=operator(request, key.workspace_id), key_id=key.id, now=now())

        each(self, request, queryset, verb, done="Keys revoked")


def _may_let_approve(request: HttpRequest, workspace_id: int) -> bool:
    owners = Membership.objects.filter(workspace_id=workspace_id, user_id=request.user.pk or 0, role=Role.OWNER)
    return bool(request.user.is_superuser) or owners.exists()


@admin.register(Approval)
class ApprovalAdmin(Inspect):
    list_display = ["id", "kind", "subject_id", "workspace", "status", "requested_by", "created_at", "expires_at", "decided_by"]
    list_filter = ["status", "kind"]
    list_select_related = ["workspace", "requested_by", "decided_by"]
    search_fields = ["=subject_id", "kind", "workspace__name", "text"]
    date_hierarchy = "created_at"
    actions = ["approve", "reject"]

    @admin.action(description="Approve: what they say happens", permissions=["operate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Approval]) -> None:
        each(self, request, queryset, lambda row: self._decide(request, row, approve=True), done="Approved")

    @admin.action(description="Reject", permissions=["operate"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Approval]) -> None:
        each(self, request, queryset, lambda row: self._decide(request, row, approve=False), done="Rejected")

    def _decide(self, request: HttpRequest, row: Approval, *, approve: bool) -> Approval:
        actor = operator(request, row.workspace_id)
        return approvals.decide(actor=actor, approval_id=row.id, approve=approve, digest=row.digest, note="In the admin.", now=now())


class DoorFilter(admin.SimpleListFilter):
    """By the door that somebody came through; a fixed list, because the log is too long to look for the doors in it."""

    title = "door"
    parameter_name = "via"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(via, via) for via in get_args(Via)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(via=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(Inspect):
    list_display = ["at", "workspace", "sequence", "action", "subject_kind", "subject_id", "user_id", "via", "credential"]
    list_filter = [DoorFilter]
    list_select_related = ["workspace"]
    search_fields = ["action", "=subject_id", "user__email", "=credential", "workspace__name"]
    ordering = ["-id"]
    exclude = ["user"]
    readonly_fields = ["user_id"]  # the person may be gone; the row stays


@admin.register(AuditHead)
class AuditHeadAdmin(Inspect):
    list_display = ["workspace", "sequence", "hash"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name"]
    actions = ["verify"]

    @admin.action(description="Verify the chain: nothing changed, nothing missing", permissions=["view"])
    def verify(self, request: HttpRequest, queryset: QuerySet[AuditHead]) -> None:
        for head in queryset:
            broken = list(audit.broken_links(head.workspace_id))
            text = f"{head.workspace}: broken at {broken[:20]}." if broken else f"{head.workspace}: all {head.sequence} events hold."
            self.message_user(request, text, messages.ERROR if broken else messages.SUCCESS)


@admin.register(QuotaUse)
class QuotaUseAdmin(Inspect):
    list_display = ["day", "workspace", "credential", "name", "used"]
    list_filter = ["name"]
    list_select_related = ["workspace"]
    search_fields = ["workspace__name", "name", "=credential"]
    date_hierarchy = "day"
    ordering = ["-day", "-used"]


@admin.register(Clock)
class ClockAdmin(Inspect):
    list_display = ["id", "offset"]


class OAuthApplicationAdmin(Inspect):
    """Registered by the OAuth library, which finds it by its name in the settings."""

    list_display = ["name", "client_id", "client_type", "registration_source", "workspace", "made_by", "disabled_at"]
    list_filter = ["client_type", "registration_source", "disabled_at"]
    list_select_related = ["workspace", "made_by"]
    search_fields = ["name", "=client_id", "workspace__name", "made_by__email"]
    exclude = ["client_secret", "hash_client_secret"]
    actions = ["disable", "enable"]

    @admin.action(description="Disable: every connection of it ends at its next call", permissions=["operate"])
    def disable(self, request: HttpRequest, queryset: QuerySet[OAuthApplication]) -> None:
        self._set(request, queryset.filter(disabled_by_operator=False), now(), "Disabled")

    @admin.action(description="Enable: connections that nobody ended work again", permissions=["operate"])
    def enable(self, request: HttpRequest, queryset: QuerySet[OAuthApplication]) -> None:
        self._set(request, queryset.filter(disabled_at__isnull=False), None, "Enabled")

    def _set(self, request: HttpRequest, clients: QuerySet[OAuthApplication], disabled_at: datetime | None, done: str) -> None:
        """Disable or enable clients, whatever their workspaces say; the admin's own log keeps who did it."""
        rows = list(clients)
        named = OAuthApplication.objects.filter(pk__in=[row.pk for row in rows])
        named.update(disabled_at=disabled_at, disabled_by_operator=disabled_at is not None)
        for row in rows:
            self.log_change(request, row, f"{done}.")
        self.message_user(request, f"Clients {done.lower()}: {len(rows)}.", messages.SUCCESS)


class ConsentInline(InspectInline):
    model = Consent
    fields = ["created_at", "returns_to", "noticed_at", "ended_at"]
    readonly_fields = ["created_at", "returns_to", "noticed_at", "ended_at"]


@admin.register(Connection)
class ConnectionAdmin(Inspect):
    """Connections are made on the consent page; here they are ended."""

    list_display = ["id", "application", "returns_to", "user", "workspace", "created_at", "last_used_at", "revoked_at"]
    list_filter = ["revoked_at", "created_at", "application__registration_source"]
    list_select_related = ["application", "user", "workspace"]
    search_fields = ["=id", "application__name", "=application__client_id", "user__email", "workspace__name", "returns_to"]
    inlines = [ConsentInline]
    actions = ["revoke"]

    @admin.action(description="Revoke: refused from the next call on", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        def verb(row: Connection) -> object:
            return revoke_connection(actor=operator(request, row.workspace_id), connection_id=row.pk, now=now())

        each(self, request, queryset, verb, done="Connections revoked")


@admin.register(Consent)
class ConsentAdmin(Inspect):
    list_display = ["id", "workspace", "connection", "returns_to", "created_at", "noticed_at", "ended_at"]
    list_filter = ["created_at", "ended_at"]
    list_select_related = ["workspace", "connection__application", "connection__user", "connection__workspace"]
    search_fields = ["=id", "workspace__name", "returns_to"]
    exclude = ["code_digest"]


@admin.register(PinnedClient)
class PinnedClientAdmin(Inspect):
    """What a job found; a change is taken over by a release, never by itself."""

    list_display = ["client_id", "state", "detail", "checked_at", "changed_at"]
    list_filter = ["state"]
    search_fields = ["client_id", "detail"]


@admin.register(UndoStep)
class UndoStepAdmin(Inspect):
    list_display = ["id", "workspace", "action", "expires_at", "undone_at"]
    list_filter = ["action"]
    list_select_related = ["workspace"]
    search_fields = ["action", "workspace__name", "=event__id"]
    exclude = ["needed"]  # it may hold people's words
