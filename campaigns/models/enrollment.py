from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from campaigns.models.lead import Lead
from campaigns.models.sender import Sender
from rocketsdr.accounts.models import Workspace


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "active"
    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    FAILED = "failed"
    BLOCKED = "blocked", "Blocked: an e-mail cannot be written"
    FINISHED = "finished"


class Enrollment(models.Model):
    """One lead in one campaign: while it is active the sequence goes on, and every other status ends it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="enrollments")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="enrollments")
    sender = models.ForeignKey(
        Sender, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Every e-mail of the sequence comes from here."
    )
    status = models.CharField(max_length=12, choices=EnrollmentStatus, default=EnrollmentStatus.ACTIVE)
    came_by = models.ForeignKey(
        "LeadImport",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="enrollments",
        help_text="The import that enrolled the lead.",
    )
    opt_out_token = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "lead"], name="one_enrollment_per_lead"),
            models.CheckConstraint(condition=Q(status__in=EnrollmentStatus.values), name="enrollment_status_is_known"),
        ]
        indexes = [
            models.Index(fields=["lead", "status"], name="enrollment_by_lead"),
            models.Index(fields=["campaign", "status"], name="enrollment_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.campaign_id} ({self.status})"
