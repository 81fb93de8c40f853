from __future__ import annotations

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import Workspace
from rocketsdr.accounts.oauth import redirects

FIXED_CLIENT_ID = "rocketsdr"  # the public client that everybody may enter by hand
# ChatGPT leads back to one address for each connector that a person makes; the one place where an address need not match exactly.
CHATGPT = re.compile(r"https://chatgpt\.com/connector/oauth/[A-Za-z0-9_-]{6,64}", re.ASCII)


class OAuthApplicationQuerySet(models.QuerySet["OAuthApplication"]):
    def forgotten(self, now: datetime, *, unused_since: datetime) -> OAuthApplicationQuerySet:
        """Return the clients that registered themselves and that nothing hangs on: nobody connected them, and no token is left.

        One that publishes its metadata comes back by itself. One that somebody has disabled stays, or it would come back enabled.
        """
        used = [f"{name}__isnull" for name in ("accesstoken", "refreshtoken", "grant", "connections")]
        registered = Q(registration_source="dcr", created__lt=unused_since)
        published = Q(registration_source="cimd", cimd_expires_at__lt=now, created__lt=unused_since)
        return self.filter(registered | published, disabled_at__isnull=True, **dict.fromkeys(used, True))


class OAuthApplication(AbstractApplication):  # type: ignore[misc]  # the library ships no types
    """An OAuth client. Ours from the first migration on, because a model cannot be swapped later."""

    workspace = models.ForeignKey(
        Workspace,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Whose own client it is; it connects to this workspace and to no other.",
    )
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    disabled_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True, blank=True, help_text="Set: no grant of this client works any more."
    )
    disabled_by_operator = models.BooleanField(default=False, help_text="Its workspace cannot enable it then.")

    objects = OAuthApplicationQuerySet.as_manager()

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]  # the library ships no types
        verbose_name = "OAuth application"
        constraints = [
            models.CheckConstraint(
                condition=Q(registration_source="manual") | Q(authorization_grant_type="authorization-code", skip_authorization=False),
                name="self_registered_client_is_asked_about",
            )
        ]

    def is_usable(self, request: object) -> bool:
        """Say whether this client may authorise and refresh; the library asks before each."""
        return self.disabled_at is None

    @property
    def registered_itself(self) -> bool:
        """Say whether nobody but the client says who it is."""
        return bool(self.registration_source != self.RegistrationSource.MANUAL)

    def serves(self, workspace_id: int) -> bool:
        """Say whether this client may be connected to a workspace: its own, or any where it belongs to none."""
        return self.workspace_id in {None, workspace_id}

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Say whether the person may be led back to this address."""
        allowed = redirects.is_registered(uri, self.redirect_uris.split())
        if not allowed and self.client_id == FIXED_CLIENT_ID:
            return CHATGPT.fullmatch(uri) is not None
        if not allowed and self.workspace_id is not None:
            redirects.remember_refused(self.pk, uri)
        return allowed

    def clean(self) -> None:
        """Refuse redirect URIs that no code may be sent to, and any grant but the one that asks a person for who registers itself."""
        super().clean()
        uris = self.redirect_uris.split()
        if words := next((f"{uri}: {words}." for uri in uris if (words := redirects.fault(uri))), ""):
            raise ValidationError({"redirect_uris": words})
        if len(uris) > redirects.MOST and self.client_id != FIXED_CLIENT_ID:
            raise ValidationError({"redirect_uris": f"At most {redirects.MOST} redirect URIs."})
        if self.registered_itself and self.authorization_grant_type != self.GRANT_AUTHORIZATION_CODE:
            raise ValidationError({"authorization_grant_type": "A client that registers itself gets authorization_code alone."})
