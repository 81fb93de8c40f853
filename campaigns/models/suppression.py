from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from rocketsdr.accounts.models import Workspace


class SuppressionReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "Opted out"
    COMPLAINT = "complaint", "Complained"
    BOUNCED = "bounced", "Bounced for good"
    MANUAL = "manual", "Added by the workspace"


def suppressed(*, email: str, domain: str) -> tuple[Exists, Exists]:
    """Return the two conditions, each enough, under which an outer row's workspace suppresses the person behind these columns of it.

    Two, because PostgreSQL can only join what is not behind an OR: joined by one, they would be looked up for row after row.
    """
    entries = Suppression.objects.filter(workspace_id=OuterRef("workspace_id"))
    by_email = entries.filter(kind=Suppression.Kind.EMAIL, value=OuterRef(email))
    by_domain = entries.filter(kind=Suppression.Kind.DOMAIN, value=OuterRef(domain))
    return Exists(by_email), Exists(by_domain)


class Suppression(models.Model):
    """An address or a domain that gets no mail from this workspace. It never expires by itself."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        DOMAIN = "domain"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="suppressions")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=254, help_text="In lower case.")
    reason = models.CharField(max_length=20, choices=SuppressionReason)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "value"], name="one_suppression_per_value"),
            models.CheckConstraint(condition=Q(value=models.functions.Lower("value")), name="suppression_is_lower_case"),
            models.CheckConstraint(condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.reason})"
