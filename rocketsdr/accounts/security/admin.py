from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from rocketsdr.accounts.models import User
from rocketsdr.accounts.operators import Inspect, each
from rocketsdr.accounts.security import second_factor

admin.site.unregister([Authenticator, UserSession])  # the library's own pages show and change everything


@admin.register(Authenticator)
class SecondFactorAdmin(Inspect):
    """Apps and recovery codes, without what is in them; a lost one is taken away whole."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    exclude = ["data"]
    actions = ["reset"]

    @admin.action(description="Reset: the person signs in by password alone. Be sure who asks", permissions=["operate"])
    def reset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        """Take away all that the chosen people have, once for each."""
        people = User.objects.filter(id__in=queryset.values("user_id"))
        if not request.user.is_superuser:  # nobody takes over somebody who may do more than they
            people = people.filter(is_superuser=False)
        by = request.user.pk
        each(self, request, people, lambda user: second_factor.reset(email=user.email, by=by, via="admin"), done="Second factors reset")


@admin.register(UserSession)
class SessionAdmin(Inspect):
    list_display = ["user", "ip", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "=ip"]
    exclude = ["session_key", "data"]
