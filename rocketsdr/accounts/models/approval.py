from __future__ import annotations

from datetime import datetime

from django.db import models

from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import Workspace


class ApprovalStatus(models.TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def decidable(self, now: datetime) -> ApprovalQuerySet:
        """Return the approvals that a person may still decide."""
        return self.filter(status=ApprovalStatus.PENDING, expires_at__gt=now)


class Approval(models.Model):
    """An act that waits for a person. The digest binds the decision to exactly what was reviewed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="approvals")
    kind = models.CharField(max_length=60, help_text="The verb that waits, e.g. campaigns.launch")
    subject_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    text = models.TextField(help_text="What happens in the world when this is approved.")
    status = models.CharField(max_length=10, choices=ApprovalStatus, default=ApprovalStatus.PENDING)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_with = models.CharField(max_length=40, blank=True, help_text="The credential that asked, e.g. key:12")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=ApprovalStatus.values), name="approval_status_is_known"),
            models.UniqueConstraint(
                fields=["workspace", "kind", "subject_id"], condition=models.Q(status="pending"), name="one_pending_approval"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "status", "-created_at"], name="approval_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.status}"
