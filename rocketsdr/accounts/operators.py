"""The admin is the operators' door: what all its pages share. It shows rows; what changes them is a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest

from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import DomainError

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:  # at run time Django's classes take no type
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
    UserAdmin = DjangoUserAdmin[Any]
else:
    ModelAdmin, TabularInline, ModelForm, UserAdmin = admin.ModelAdmin, admin.TabularInline, forms.ModelForm, DjangoUserAdmin


class Inspect(ModelAdmin):
    """Rows to list, search and read. Nobody adds, changes or deletes one here; actions need the change permission."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Say whether this operator may run the actions of this model."""
        return super().has_change_permission(request)


class InspectInline(TabularInline):
    """Rows of a row, to read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def operator(request: HttpRequest, workspace_id: int) -> Actor:
    """Return the signed-in operator as an actor of the workspace that a row belongs to."""
    return Actor(workspace_id=workspace_id, user_id=request.user.pk, via="admin")


def each(page: ModelAdmin, request: HttpRequest, rows: QuerySet[M], verb: Callable[[M], object], *, done: str) -> None:
    """Run a service on each chosen row; say what it refused, row by row, and how many it did."""
    count = 0
    for row in rows:
        try:
            verb(row)
        except DomainError as exc:
            page.message_user(request, f"{row}: {exc.message} {exc.fix}".strip(), messages.ERROR)
        else:
            count += 1
    if count:
        page.message_user(request, f"{done}: {count}.", messages.SUCCESS)
