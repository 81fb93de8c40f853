from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import Role, Workspace

OPEN = Q(accepted_at__isnull=True, revoked_at__isnull=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Return those that nobody has accepted or revoked, expired ones included."""
        return self.filter(OPEN)

    def usable(self, now: datetime) -> InvitationQuerySet:
        """Return those whose link works now."""
        return self.open().filter(expires_at__gt=now)


class Invitation(models.Model):
    """An address that somebody has asked to join a workspace. The link's token is in the mail alone; here stands its keyed digest.

    A row without `mailed_at` waits for its mail; each mail gets a new token, so that only the newest link works.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail", max_length=254)
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, null=True, blank=True)  # NULL before the first mail: NULLs differ
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], condition=OPEN, name="one_open_invitation_per_address"),
            models.CheckConstraint(condition=Q(email=models.functions.Lower("email")), name="invitation_email_is_lower_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_is_known"),
        ]
        indexes = [models.Index(fields=["id"], condition=OPEN & Q(mailed_at__isnull=True), name="invitations_to_be_mailed")]

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace_id} ({self.role})"
