from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign


class SequenceStep(models.Model):
    """One e-mail of a campaign's sequence, as Liquid templates. An empty subject continues the thread of the step before."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(help_text="1 is the first e-mail.")
    channel = models.CharField(max_length=10, choices=[("email", "E-mail")], default="email")
    wait_days = models.PositiveSmallIntegerField(default=0, help_text="Days after the step before; 0 for the first.")
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="one_step_per_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="step_positions_start_at_one"),
            models.CheckConstraint(condition=Q(position__gt=1) | ~Q(subject=""), name="first_step_has_a_subject"),
        ]

    def __str__(self) -> str:
        return f"Step {self.position}"
