from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rocketsdr.accounts.models.oauth_application import OAuthApplication
from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import Workspace

THIS_COMPUTER = "this computer"  # where every loopback address and every program's own scheme leads back to


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def live(self) -> ConnectionQuerySet:
        """Return the connections that nobody has ended."""
        return self.filter(revoked_at__isnull=True)


class Connection(models.Model):
    """A client that a person has let into one workspace, as they see it: one row however often they consent again.

    A wider consent of the same client goes into the same row, so that sessions, idempotency keys and the audit log stay with it.
    Clients that share one registration are told apart by where they lead the person back to.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="connections")
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="connections", help_text="It may never more than this person today."
    )
    application = models.ForeignKey(OAuthApplication, on_delete=models.CASCADE, related_name="connections", verbose_name="client")
    resource = models.CharField(max_length=200, help_text="The address that its tokens are good for.")
    returns_to = models.CharField(max_length=255, help_text="The host that the person was led back to, or “this computer”.")
    scopes = ArrayField(models.CharField(max_length=30), help_text="All that the person has consented to.")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "user", "application", "resource", "returns_to"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_live_connection",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application} of {self.user} in {self.workspace}"

    @property
    def credential(self) -> str:
        """What an actor with this connection, and whatever it has done, names."""
        return f"connection:{self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def unused(self, now: datetime) -> ConsentQuerySet:
        """Return the consents whose code nobody exchanged in time."""
        return self.filter(connection__isnull=True, created_at__lt=now - timedelta(hours=1))

    def untold(self, now: datetime) -> ConsentQuerySet:
        """Return the consents of which the person should have been told by now; after a week it is no news any more."""
        between = (now - timedelta(days=7), now - timedelta(minutes=5))
        return self.filter(connection__isnull=False, noticed_at__isnull=True, created_at__range=between)


class Consent(models.Model):
    """One time that a person pressed Allow: its code, the workspace that they chose, and the family of tokens that came of it.

    The tokens are the OAuth library's rows; its refresh tokens carry the family, through which every token leads here. The code stands
    here as a digest, so that one that is presented twice ends what came of it.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(
        Connection, null=True, on_delete=models.CASCADE, related_name="consents", help_text="Made when the code is exchanged."
    )
    code_digest = models.CharField(max_length=64, unique=True)
    family = models.UUIDField(unique=True, default=uuid.uuid4)
    returns_to = models.CharField(max_length=255, help_text="As of the connection.")
    created_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True, blank=True, help_text="When the person was told by mail, or need not be.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(connection__isnull=True), name="consents_not_used_yet"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(connection__isnull=False, noticed_at__isnull=True),
                name="consents_not_told_of_yet",
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
