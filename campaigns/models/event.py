from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from campaigns.models.lead import Lead
from rocketsdr.accounts.models import Workspace


class EventKind(models.TextChoices):
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    REPLIED = "replied"
    AUTO_REPLIED = "auto_replied"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    BLOCKED = "blocked"


class Event(models.Model):
    """Something that happened to a lead in a campaign; rows are only ever added."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="events")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events")
    step = models.PositiveSmallIntegerField(null=True, help_text="The position of the step that it belongs to, where there is one.")
    kind = models.CharField(max_length=14, choices=EventKind)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_is_known")]
        indexes = [
            models.Index(fields=["campaign", "at"], include=["step", "kind"], name="event_by_campaign"),
            models.Index(fields=["lead", "at"], name="event_by_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
