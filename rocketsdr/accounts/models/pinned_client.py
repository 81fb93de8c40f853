from __future__ import annotations

from django.db import models


class PinnedState(models.TextChoices):
    SAME = "same", "As pinned"
    CHANGED = "changed", "Changed since: look at it"
    UNREACHABLE = "unreachable", "Could not be compared"


class PinnedClient(models.Model):
    """How a pinned client metadata document compared with the published one when it was last looked at."""

    client_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=12, choices=PinnedState)
    detail = models.TextField(blank=True, help_text="What has changed, or why it could not be compared.")
    checked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True, help_text="When the change was first seen.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(state__in=PinnedState.values), name="pinned_state_is_known")]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.get_state_display()}"
